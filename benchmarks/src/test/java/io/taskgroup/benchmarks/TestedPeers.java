package io.taskgroup.benchmarks;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.stream.Stream;

import io.taskgroup.benchmarks.run.PreviewPeers;
import org.junit.jupiter.api.Named;
import org.openjdk.jmh.annotations.Param;

/**
 * The peers that a benchmark compares, as far as they run on this Java.
 */
public final class TestedPeers {

	private static final Path SOURCES = Path.of(System.getProperty("basedir", ""), "src/preview/java");

	private static final Path CLASSES = Path.of(System.getProperty("basedir", ""), "target/preview-test-classes");

	private static final ClassLoader LOADER = loader();

	private TestedPeers() {
	}

	/** Makes all of them. */
	public static <T> Stream<Named<T>> of(Class<T> kind, Class<?> benchmark) throws NoSuchFieldException {
		String[] names = benchmark.getDeclaredField("peer").getAnnotation(Param.class).value();
		return Stream.of(names)
			.filter(name -> PreviewPeers.supported() || !new PreviewPeers(SOURCES).contain(benchmark, name))
			.map(name -> Named.of(name, create(kind, name)));
	}

	private static <T> T create(Class<T> kind, String name) {
		try {
			return Peers.create(kind, name, LOADER);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static ClassLoader loader() {
		ClassLoader own = TestedPeers.class.getClassLoader();
		if (!PreviewPeers.supported()) {
			return own;
		}
		try {
			new PreviewPeers(SOURCES).compile(CLASSES, System.getProperty("java.class.path"));
			return new URLClassLoader(new URL[] { CLASSES.toUri().toURL() }, own);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
