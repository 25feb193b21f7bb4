package io.taskgroup.autoconfigure;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Predicate;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskgroup.TaskGroupFactory;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * A class loader for an application that has only some of the libraries on the class path
 * of the tests. It loads everything itself, so that what is missing is missing, and knows
 * which of our classes were needed.
 */
final class PartialClassPath extends URLClassLoader {

	private final Set<String> loaded = new ConcurrentSkipListSet<>();

	private PartialClassPath(URL[] urls) {
		super(urls, ClassLoader.getPlatformClassLoader());
	}

	@Override
	protected Class<?> findClass(String name) throws ClassNotFoundException {
		Class<?> found = super.findClass(name);
		if (name.startsWith("io.taskgroup.")) {
			this.loaded.add(name);
		}
		return found;
	}

	/**
	 * Starts an application with all auto-configurations, and ends it.
	 * @param jars which jars it has, by their file names
	 * @param properties its properties
	 */
	static Started start(Predicate<String> jars, String... properties) throws Exception {
		URL[] urls = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !entry.endsWith(".jar") || jars.test(Path.of(entry).getFileName().toString()))
			.map(PartialClassPath::url)
			.toArray(URL[]::new);
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		try (PartialClassPath loader = new PartialClassPath(urls)) {
			thread.setContextClassLoader(loader);
			Class<?> application = loader.loadClass(Application.class.getName());
			Object answer = application.getMethod("start", Set.class, String[].class)
				.invoke(null, loader.loaded, properties);
			return new Started((Map<?, ?>) answer, List.copyOf(loader.loaded));
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	private static URL url(String entry) {
		try {
			return Path.of(entry).toUri().toURL();
		}
		catch (MalformedURLException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	/**
	 * What was there when the application had started.
	 */
	static final class Started {

		private final Map<?, ?> answer;

		private final List<String> classes;

		Started(Map<?, ?> answer, List<String> classes) {
			this.answer = answer;
			this.classes = classes;
		}

		/** The names of our beans, in order. */
		List<String> beans() {
			return strings("beans");
		}

		/** The names of the threads that were not there before, in order. */
		List<String> threads() {
			return strings("threads");
		}

		/** What a task gave. */
		List<String> result() {
			return strings("result");
		}

		/** The names of our meters, in order. */
		List<String> meters() {
			return strings("meters");
		}

		/** Our classes that were loaded when it had started, in order. */
		List<String> classesAtStart() {
			return strings("classes");
		}

		/** Our classes that were loaded up to the end, in order. */
		List<String> classes() {
			return this.classes;
		}

		private List<String> strings(String key) {
			return ((List<?>) this.answer.get(key)).stream().map(String::valueOf).toList();
		}

	}

	/** The application. It talks to the test in words that both class loaders know. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	public static class Application {

		public static Map<String, List<String>> start(Set<String> loaded, String[] properties)
				throws InterruptedException {
			Set<Thread> before = Thread.getAllStackTraces().keySet();
			try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
				.web(WebApplicationType.NONE)
				.bannerMode(org.springframework.boot.Banner.Mode.OFF)
				.properties(properties)
				.run()) {
				Set<String> beans = new TreeSet<>();
				for (String name : context.getBeanDefinitionNames()) {
					Class<?> type = context.getType(name);
					boolean ours = type != null && type.getName().startsWith("io.taskgroup.");
					if ((ours || name.startsWith("taskGroup")) && type != Application.class) {
						beans.add(name);
					}
				}
				Set<String> threads = new TreeSet<>();
				Thread.getAllStackTraces()
					.keySet()
					.stream()
					.filter((thread) -> !before.contains(thread))
					.forEach((thread) -> threads.add(thread.getName()));
				List<String> classes = List.copyOf(loaded);
				List<String> result = Arrays.asList(properties).contains("test.task=true") ? task(context) : List.of();
				return Map.of("beans", List.copyOf(beans), "threads", List.copyOf(threads), "meters",
						context.containsBean("taskGroupMetrics") ? Meters.of(context) : List.of(), "classes", classes,
						"result", result);
			}
		}

		private static List<String> task(ConfigurableApplicationContext context) throws InterruptedException {
			return context.getBean(TaskGroupFactory.class).named("page").gather(List.of(() -> "done"));
		}

	}

	/** Apart, because there may be no Micrometer. */
	private static final class Meters {

		static List<String> of(ConfigurableApplicationContext context) {
			return context.getBean(MeterRegistry.class)
				.getMeters()
				.stream()
				.map((meter) -> meter.getId().getName())
				.filter((name) -> name.startsWith("taskgroup"))
				.toList();
		}

	}

}
