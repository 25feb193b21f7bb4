package io.taskgroup.sample;

import java.io.IOException;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A storefront, and a browser that looks at it. Each test leaves a screenshot, and
 * nothing that the browser has complained about.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@Timeout(120)
abstract class BrowserTest {

	static Browser browser;

	@LocalServerPort
	private int port;

	private final String screenshots;

	/**
	 * @param screenshots what the names of the screenshots begin with
	 */
	BrowserTest(String screenshots) {
		this.screenshots = screenshots;
	}

	@BeforeAll
	static void open() throws IOException {
		browser = Browser.open();
	}

	@AfterAll
	static void close() {
		if (browser != null) {
			browser.close();
		}
	}

	@AfterEach
	void nothingToComplainAbout(TestInfo test) throws IOException {
		browser.screenshot(this.screenshots + "-" + test.getTestMethod().orElseThrow().getName());
		assertThat(browser.complaints()).isEmpty();
	}

	void visit(String path) {
		browser.go("http://localhost:" + this.port + path);
	}

}
