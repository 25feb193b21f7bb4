package io.taskgroup.sample;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A Chromium without a window. It and its driver are those of the system: nothing is
 * downloaded.
 */
final class Browser implements AutoCloseable {

	static final String MISSING = "chromium and chromedriver are not on the PATH; "
			+ "on Debian, the packages are chromium and chromium-driver";

	/** Whoever sets this to {@code true} has tests fail that would be skipped. */
	private static final String REQUIRED = "BROWSER_REQUIRED";

	private static final Logger logger = LoggerFactory.getLogger(Browser.class);

	private static final Path TARGET = Path.of(System.getProperty("basedir", ""), "target");

	private static final Path SCREENSHOTS = TARGET.resolve("screenshots");

	/** Of the part of the window in which the page is. */
	static final int WIDTH = 1340;

	static final int HEIGHT = 920;

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final ChromeDriver driver;

	private Browser(Path chromium, Path driver) throws IOException {
		ChromeOptions options = new ChromeOptions();
		options.setBinary(chromium.toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=en",
				"--hide-scrollbars", "--user-data-dir="
						+ Files.createTempDirectory(Files.createDirectories(TARGET), "chromium").toAbsolutePath());
		LoggingPreferences logging = new LoggingPreferences();
		logging.enable(LogType.BROWSER, Level.ALL);
		options.setCapability(ChromeOptions.LOGGING_PREFS, logging);
		ChromeDriverService service = new ChromeDriverService.Builder().usingDriverExecutable(driver.toFile())
			.usingAnyFreePort()
			.withSilent(true)
			.build();
		this.driver = new ChromeDriver(service, options);
		size(WIDTH, HEIGHT);
		light();
	}

	/**
	 * Whether there are a Chromium and its driver: a condition of tests.
	 * @throws IllegalStateException if not, and the environment says that there must be
	 */
	static boolean isThere() {
		if (chromium().isPresent() && driver().isPresent()) {
			return true;
		}
		if (Boolean.parseBoolean(System.getenv(REQUIRED))) {
			throw new IllegalStateException(MISSING);
		}
		logger.warn("Tests that need a browser are skipped: {}", MISSING);
		return false;
	}

	static Browser open() throws IOException {
		return new Browser(chromium().orElseThrow(), driver().orElseThrow());
	}

	private static Optional<Path> chromium() {
		return find("chromium", "chromium-browser", "google-chrome");
	}

	private static Optional<Path> driver() {
		return find("chromedriver");
	}

	private static Optional<Path> find(String... names) {
		List<Path> directories = Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(Path::of).toList();
		return Stream.of(names)
			.flatMap(name -> directories.stream().map(directory -> directory.resolve(name)))
			.filter(Files::isExecutable)
			.findFirst();
	}

	// Where it is and what it is like

	void go(String url) {
		this.driver.get(url);
	}

	/** Everything below is about that frame of the page from now on. */
	void enterFrame(String id) {
		this.driver.switchTo().defaultContent();
		this.driver.switchTo().frame(id);
	}

	void leaveFrame() {
		this.driver.switchTo().defaultContent();
	}

	void size(int width, int height) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
	}

	void light() {
		scheme("light");
	}

	void dark() {
		scheme("dark");
	}

	private void scheme(String scheme) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme),
						Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
	}

	// What is there

	boolean has(String css) {
		return count(css) > 0;
	}

	int count(String css) {
		return this.driver.findElements(By.cssSelector(css)).size();
	}

	/** The text as it is to be seen, of the first element; empty if there is none. */
	String text(String css) {
		try {
			return this.driver.findElements(By.cssSelector(css))
				.stream()
				.findFirst()
				.map(WebElement::getText)
				.orElse("");
		}
		catch (StaleElementReferenceException ex) {
			return "";
		}
	}

	String attribute(String css, String name) {
		return (String) script("return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? ''", css,
				name);
	}

	Object script(String script, Object... arguments) {
		return ((JavascriptExecutor) this.driver).executeScript(script, arguments);
	}

	void awaitElement(String css) {
		await(css).atMost(PATIENCE).until(() -> has(css));
	}

	void awaitNo(String css) {
		await("no " + css).atMost(PATIENCE).until(() -> !has(css));
	}

	void awaitText(String css, String text) {
		await(css).atMost(PATIENCE).untilAsserted(() -> assertThat(text(css)).contains(text));
	}

	// What is done with it

	/** Presses what may be drawn anew in this moment. */
	void click(String css) {
		await("click on " + css).atMost(PATIENCE).ignoreExceptions().until(() -> {
			this.driver.findElement(By.cssSelector(css)).click();
			return true;
		});
	}

	void type(String css, String text) {
		WebElement field = this.driver.findElement(By.cssSelector(css));
		field.clear();
		field.sendKeys(text);
	}

	void press(Keys key) {
		new Actions(this.driver).sendKeys(key).perform();
	}

	/** Presses the tabulator until the element has the focus. */
	void tabTo(String css) {
		for (int i = 0; i < 200; i++) {
			press(Keys.TAB);
			if (hasFocus(css)) {
				return;
			}
		}
		throw new AssertionError("the tabulator does not lead to " + css);
	}

	boolean hasFocus(String css) {
		return (boolean) script("return document.activeElement.matches(arguments[0])", css);
	}

	void scrollTo(String css) {
		script("window.scrollTo(0, window.scrollY + document.querySelector(arguments[0]).getBoundingClientRect().top)",
				css);
	}

	// What is kept

	void screenshot(String name) throws IOException {
		BufferedImage taken = ImageIO.read(new ByteArrayInputStream(this.driver.getScreenshotAs(OutputType.BYTES)));
		// nothing in it is transparent, and without saying so it is smaller
		BufferedImage opaque = new BufferedImage(taken.getWidth(), taken.getHeight(), BufferedImage.TYPE_INT_RGB);
		opaque.setRGB(0, 0, taken.getWidth(), taken.getHeight(),
				taken.getRGB(0, 0, taken.getWidth(), taken.getHeight(), null, 0, taken.getWidth()), 0,
				taken.getWidth());
		ImageIO.write(opaque, "png", Files.createDirectories(SCREENSHOTS).resolve(name + ".png").toFile());
	}

	/** What the browser had to complain about since the last time. */
	List<String> complaints() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.map(LogEntry::getMessage)
			.toList();
	}

	/** What axe finds wrong with the page and the frames that are named. */
	List<String> barriers(String... frames) throws IOException {
		for (String frame : frames) {
			enterFrame(frame);
			script(axe());
		}
		leaveFrame();
		script(axe());
		@SuppressWarnings("unchecked")
		List<String> found = (List<String>) this.driver.executeAsyncScript("""
				const done = arguments[arguments.length - 1];
				axe.run({ resultTypes: ['violations'] }).then(
					({ violations }) => done(violations.flatMap(({ id, help, nodes }) => nodes.map(
						({ target, failureSummary }) => `${id}: ${help}: ${target}: ${failureSummary}`))),
					(problem) => done([String(problem)]));
				""");
		return found;
	}

	private static String axe() throws IOException {
		try (InputStream script = Browser.class.getResourceAsStream("/axe.min.js")) {
			return new String(script.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
