package io.taskgroup.benchmarks.report;

import java.util.List;

/**
 * What the tables of a section look like.
 *
 * @param one what the figures are for: one task, for instance
 * @param metrics a table for each of them
 * @param comparison how the other subjects are compared with the first
 * @param subjects a column for each of them, also if nothing could be measured; the first
 * is compared with the others
 */
public record Layout(String one, List<Metric> metrics, Comparison comparison, List<String> subjects) {
}
