package io.taskgroup.benchmarks.report;

import java.util.Map;

/**
 * What was measured of one subject in one setting.
 *
 * @param setting the parameters, by name, that are the same for all subjects of a row
 * @param subject who or what was measured
 * @param figures what was measured of it
 */
public record Measurement(Map<String, String> setting, String subject, Map<Metric, Figure> figures) {
}
