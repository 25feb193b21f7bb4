package io.taskgroup.autoconfigure.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What Prometheus reads of an application.
 *
 * @param types the types, by the names that they are declared for
 * @param samples the samples
 */
record Scrape(Map<String, String> types, List<Sample> samples) {

	private static final Pattern TYPE = Pattern.compile("# TYPE (\\w+) (\\w+)");

	private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? (\\S+)");

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

	private static final Pattern PART = Pattern.compile("(\\w+)_(?:count|sum|bucket)");

	static Scrape parse(String text) {
		Map<String, String> types = new HashMap<>();
		List<Sample> samples = new ArrayList<>();
		for (String line : text.lines().toList()) {
			Matcher type = TYPE.matcher(line);
			Matcher sample = SAMPLE.matcher(line);
			if (type.matches()) {
				types.put(type.group(1), type.group(2));
			}
			else if (!line.startsWith("#")) {
				if (!sample.matches()) {
					throw new IllegalArgumentException("not understood: " + line);
				}
				String labels = sample.group(2);
				samples.add(new Sample(sample.group(1), (labels != null) ? read(labels) : Map.of()));
			}
		}
		return new Scrape(types, samples);
	}

	private static Map<String, String> read(String text) {
		Map<String, String> labels = new TreeMap<>();
		Matcher label = LABEL.matcher(text);
		int position = 0;
		while (position < text.length()) {
			if (!label.region(position, text.length()).lookingAt()) {
				throw new IllegalArgumentException("not understood: " + text);
			}
			labels.put(label.group(1), label.group(2));
			position = label.end();
		}
		return labels;
	}

	/** What it looks like where nobody has switched on a histogram. */
	Scrape withoutBuckets() {
		return new Scrape(this.types,
				this.samples.stream().filter((sample) -> !sample.name().endsWith("_bucket")).toList());
	}

	Set<String> metrics(String beginning) {
		return this.samples.stream()
			.map(Sample::name)
			.filter((name) -> name.startsWith(beginning))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	boolean has(String metric) {
		return this.samples.stream().anyMatch((sample) -> sample.name().equals(metric));
	}

	/** Whether it only ever grows: a counter, or the parts of a timer. */
	boolean isCounter(String metric) {
		String type = this.types.get(metric);
		Matcher part = PART.matcher(metric);
		if (type == null && part.matches()) {
			type = this.types.get(part.group(1));
		}
		if (type == null) {
			throw new IllegalArgumentException("no type of " + metric);
		}
		return !type.equals("gauge");
	}

	Set<String> labels(String metric) {
		return this.samples.stream()
			.filter((sample) -> sample.name().equals(metric))
			.flatMap((sample) -> sample.labels().keySet().stream())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	Set<String> values(String metric, String label) {
		return this.samples.stream()
			.filter((sample) -> sample.name().equals(metric) && sample.labels().containsKey(label))
			.map((sample) -> sample.labels().get(label))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/**
	 * A line of a scrape, without its value.
	 *
	 * @param name the name of the metric
	 * @param labels its labels
	 */
	record Sample(String name, Map<String, String> labels) {
	}

}
