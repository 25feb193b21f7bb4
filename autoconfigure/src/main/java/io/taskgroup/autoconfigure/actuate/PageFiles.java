package io.taskgroup.autoconfigure.actuate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.util.MimeType;
import org.springframework.web.util.HtmlUtils;

/**
 * The files of the page: scripts and styles of its own, and those of its library that it
 * uses. There is no way to others: names are made of letters, and folders are those that
 * stand here.
 */
final class PageFiles {

	/** Where the files are. */
	static final String FOLDER = "io/taskgroup/autoconfigure/actuate/page/";

	/** Where the library says which version it is. */
	static final String LIBRARY_VERSION = "META-INF/maven/org.webjars.npm/lit-html/pom.properties";

	/** Where the library is. */
	static final String LIBRARY_FOLDER = "META-INF/resources/webjars/lit-html/";

	private static final Pattern OWN = Pattern.compile("[a-z]+(-[a-z]+)*\\.(js|css)");

	private static final String LIBRARY = "lit-html/";

	private static final Set<String> OF_LIBRARY = Set.of("lit-html.js", "directive.js", "directive-helpers.js",
			"directives/repeat.js");

	/** What stands in the page for the way to its files. */
	private static final String BASE = "{{base}}";

	private static final MimeType HTML = new MimeType("text", "html", StandardCharsets.UTF_8);

	private static final Map<String, MimeType> TYPES = Map.of("js",
			new MimeType("text", "javascript", StandardCharsets.UTF_8), "css",
			new MimeType("text", "css", StandardCharsets.UTF_8));

	private final String page;

	private final @Nullable String libraryVersion;

	PageFiles() {
		try {
			this.page = resource(FOLDER + "index.html").getContentAsString(StandardCharsets.UTF_8);
			this.libraryVersion = libraryVersion();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static @Nullable String libraryVersion() throws IOException {
		Resource resource = resource(LIBRARY_VERSION);
		Properties properties = resource.exists() ? PropertiesLoaderUtils.loadProperties(resource) : new Properties();
		return properties.getProperty("version");
	}

	/**
	 * The page.
	 * @param base the way from where it is to its files, without the last slash
	 */
	WebEndpointResponse<Resource> page(String base) {
		byte[] page = this.page.replace(BASE, HtmlUtils.htmlEscape(base)).getBytes(StandardCharsets.UTF_8);
		return new WebEndpointResponse<>(new ByteArrayResource(page), HTML);
	}

	/** A file, by its path below the page; null if there is none. */
	@Nullable WebEndpointResponse<Resource> file(String path) {
		Resource file = resource(path, this.libraryVersion);
		MimeType type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
		return (file != null && type != null && file.exists()) ? new WebEndpointResponse<>(file, type) : null;
	}

	private static @Nullable Resource resource(String path, @Nullable String libraryVersion) {
		if (OWN.matcher(path).matches()) {
			return resource(FOLDER + path);
		}
		if (libraryVersion != null && path.startsWith(LIBRARY)
				&& OF_LIBRARY.contains(path.substring(LIBRARY.length()))) {
			return resource(LIBRARY_FOLDER + libraryVersion + path.substring(LIBRARY.length() - 1));
		}
		return null;
	}

	private static Resource resource(String path) {
		return new ClassPathResource(path, PageFiles.class.getClassLoader());
	}

}
