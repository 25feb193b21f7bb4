package io.taskgroup.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.sun.management.OperatingSystemMXBean;

/**
 * On what something was measured.
 *
 * @param processor the model of the processor
 * @param cores how many of its cores there are to use
 * @param memory how many bytes of memory there are
 * @param java the JVM and its version
 * @param system the operating system and its version
 */
public record Machine(String processor, int cores, long memory, String java, String system) {

	/** What follows the numbers of a release is about who built it. */
	private static final Pattern RELEASE = Pattern.compile("([\\d.]+).*");

	private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

	/**
	 * Describes the machine that this runs on.
	 * @return the description
	 */
	public static Machine current() {
		OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
		return new Machine(processorModel(system.getArch()), system.getAvailableProcessors(),
				system.getTotalMemorySize(), System.getProperty("java.vm.name") + " " + Runtime.version(),
				system.getName() + " " + RELEASE.matcher(system.getVersion()).replaceFirst("$1"));
	}

	/** Linux tells the model; elsewhere the architecture has to do. */
	private static String processorModel(String architecture) {
		if (!Files.isReadable(PROCESSORS)) {
			return architecture;
		}
		try (Stream<String> lines = Files.lines(PROCESSORS)) {
			return lines.filter(line -> line.startsWith("model name"))
				.findFirst()
				.map(line -> line.substring(line.indexOf(':') + 1).strip())
				.orElse(architecture);
		}
		catch (IOException ex) {
			return architecture;
		}
	}

	/**
	 * As part of a sentence.
	 * @return the description
	 */
	public String text() {
		return String.format(Locale.ROOT, "%s, on %d cores of %s with %.0f GB of memory, %s", this.java, this.cores,
				this.processor, this.memory / 1e9, this.system);
	}

}
