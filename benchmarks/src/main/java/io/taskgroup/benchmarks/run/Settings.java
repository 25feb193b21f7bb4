package io.taskgroup.benchmarks.run;

import java.util.Properties;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What is to be run, and how long.
 *
 * @param selected the cases, by name
 * @param quick whether it is only to be seen that everything works
 * @param forks how many JVMs each figure comes from, or null for what the benchmark says
 * @param iterations how many times each of them measures, or null for what the benchmark
 * says
 */
record Settings(Predicate<String> selected, boolean quick, @Nullable Integer forks, @Nullable Integer iterations) {

	/**
	 * Reads them from system properties. One that is empty is as good as none, but for
	 * the one that asks for a quick run, which needs no value.
	 */
	static Settings of(Properties properties) {
		String selected = properties.getProperty("benchmarks", "");
		String quick = properties.getProperty("benchmarks.quick", "false");
		return new Settings(Pattern.compile(selected).asPredicate(), !quick.equals("false"),
				number(properties, "benchmarks.forks"), number(properties, "benchmarks.iterations"));
	}

	private static @Nullable Integer number(Properties properties, String name) {
		String value = properties.getProperty(name, "");
		return value.isEmpty() ? null : Integer.valueOf(value);
	}

}
