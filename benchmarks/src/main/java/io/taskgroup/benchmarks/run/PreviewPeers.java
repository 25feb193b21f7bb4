package io.taskgroup.benchmarks.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The peers that need a preview of one Java release, or a library that does.
 * <p>
 * What uses a preview is compiled for exactly that release, by its own compiler. Which
 * JDK builds the project is not known before the build runs, and it may be another one:
 * so these sources are no part of the build, but are compiled when they are to be run,
 * and left out where they cannot be.
 */
public final class PreviewPeers {

	/** The release whose previews they use. */
	public static final int RELEASE = 25;

	private final Path sources;

	/**
	 * Names the peers.
	 * @param sources the directory with their sources
	 */
	public PreviewPeers(Path sources) {
		this.sources = sources;
	}

	/**
	 * Tells whether this is the Java that they need.
	 * @return whether they can be compiled and run
	 */
	public static boolean supported() {
		return Runtime.version().feature() == RELEASE;
	}

	/**
	 * Compiles them.
	 * @param classes where the class files are to be
	 * @param classPath what they are compiled against
	 * @throws IOException if their sources cannot be read
	 * @throws IllegalStateException if the compiler finds a mistake, or something to warn
	 * of
	 */
	public void compile(Path classes, String classPath) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		List<String> options = List.of("--release", Integer.toString(RELEASE), "--enable-preview", "-proc:none",
				"-Xlint:all,-preview", "-Werror", "-parameters", "-cp", classPath, "-d",
				Files.createDirectories(classes).toString());
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
				Stream<Path> all = Files.walk(this.sources)) {
			List<Path> java = all.filter(file -> file.toString().endsWith(".java")).toList();
			if (!compiler.getTask(null, files, null, options, null, files.getJavaFileObjectsFromPaths(java)).call()) {
				throw new IllegalStateException("the peers in " + this.sources + " could not be compiled");
			}
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
	}

	/**
	 * Tells whether a peer is one of them.
	 * @param benchmark the benchmark, in the same package
	 * @param peer the simple name of its class
	 * @return whether it is
	 */
	public boolean contain(Class<?> benchmark, String peer) {
		String directory = benchmark.getPackageName().replace('.', '/');
		return Files.exists(this.sources.resolve(directory).resolve(peer + ".java"));
	}

}
