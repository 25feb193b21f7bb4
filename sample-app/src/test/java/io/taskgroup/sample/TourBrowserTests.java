package io.taskgroup.sample;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.openqa.selenium.Keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The tour in a browser: each button of the storefront's start page, and what the live
 * page beside it shows. The storefront is as it is when it is started by hand. The
 * screenshots that are named {@code tour-…} are those of {@code docs/tour.md}.
 */
@EnabledIf(value = "io.taskgroup.sample.Browser#isThere", disabledReason = Browser.MISSING)
class TourBrowserTests extends BrowserTest {

	private static final String OFFERS = "[data-kind=root][data-name='GET /books/{id}/offers']";

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	TourBrowserTests() {
		super("start-page");
	}

	@BeforeEach
	void visit() {
		visit("/");
		browser.enterFrame("tasktree");
		browser.awaitElement("#tree [data-name=price-feed]");
		browser.leaveFrame();
	}

	@Test
	@DisplayName("search all suppliers: a task and a group for each is to be seen, until all have answered")
	void search() throws IOException {
		pressUntilSeen("search", OFFERS + " [data-name=offers] [data-name=supplier-lighthouse]");
		browser.screenshot("tour-search");

		assertThat(result("Search all suppliers: 200 after")).contains("offers:", "supplier: northgate",
				"supplier: lighthouse");
		awaitGone(OFFERS);
	}

	@Test
	@DisplayName("slow supplier: its time left is shown, and when that is over the answer does without it")
	void slow() throws IOException {
		pressUntilSeen("slow", OFFERS + " [data-name=supplier-lighthouse] [data-bar=soon]");
		browser.screenshot("tour-slow");

		assertThat(result("Slow supplier: 200 after"))
			.contains("supplier: lighthouse, reason: timeout of 4000 ms passed");
		inLivePage("#timeline [data-name=supplier-lighthouse][data-outcome=cancelled]");
		awaitGone(OFFERS);
	}

	@Test
	@DisplayName("failing supplier: its task has failed alone")
	void failing() throws IOException {
		pressUntilSeen("failing", OFFERS);

		assertThat(result("Failing supplier: 200 after"))
			.contains("supplier: riverside, reason: riverside answered with 503 SERVICE_UNAVAILABLE")
			.contains("supplier: northgate");
		inLivePage("#timeline [data-kind=task][data-outcome=error]");
		screenshotWithTimeline("tour-failing");
	}

	@Test
	@DisplayName("leave halfway: what is open is cancelled, because the client has gone, and the suppliers stop")
	void leave() throws IOException {
		pressUntilSeen("leave", OFFERS + " [data-name=supplier-harbour]");

		assertThat(result("The calls that were still open had ended"))
			.contains("harbour: 0 answered, 1 in vain", "old-town: 0 answered, 1 in vain",
					"lighthouse: 0 answered, 1 in vain")
			.contains("northgate: 1 answered, 0 in vain");
		inLivePage("#timeline [data-name=offers][data-outcome=cancelled]");
		inLivePage("#chart-cancellations [data-kind=disconnect]");
		screenshotWithTimeline("tour-leave");
		awaitGone(OFFERS);
	}

	@Test
	@DisplayName("hedged call: mirrors are asked one after the other, and the first answer cancels the others")
	void hedged() throws IOException {
		pressUntilSeen("hedged", "[data-kind=root] [data-name=delivery]");

		assertThat(result("Hedged call: 200 after")).contains("mirror: cedar");
		inLivePage("#timeline [data-name=delivery]");
		inLivePage("#timeline [data-kind=task][data-outcome=cancelled]");
		screenshotWithTimeline("tour-hedged");
	}

	@Test
	@DisplayName("load: twenty customers, charts that move, tasks that wait, and what was answered")
	void load() throws IOException {
		browser.enterFrame("tasktree");
		String before = browser.attribute("#chart-open [data-series=running].line", "d");
		browser.leaveFrame();

		pressUntilSeen("load", "[data-kind=group][data-name=load] [data-name=customer-20]");
		browser.enterFrame("tasktree");
		await("a chart that moves").atMost(PATIENCE)
			.untilAsserted(() -> assertThat(browser.attribute("#chart-open [data-series=running].line", "d"))
				.isNotEqualTo(before));
		await("tasks that end").atMost(PATIENCE)
			.untilAsserted(
					() -> assertThat(browser.text("#chart-tasks .legend [data-series=success] b")).matches("[1-9].*"));
		await("tasks that wait").atMost(PATIENCE)
			.untilAsserted(() -> assertThat(browser.text("#names [data-name=supplier-northgate] [data-count=queued]"))
				.matches("[1-9].*"));
		assertThat(browser.text("#tree-summary")).doesNotContain("left out");
		browser.leaveFrame();
		browser.screenshot("tour-load");

		assertThat(result("Load: 200 after")).contains("answersByStatus: 200: ");
		awaitGone("[data-name=load]");
		awaitGone("[data-kind=root]");
	}

	@Test
	@DisplayName("the customers go when they are sent away")
	void stopTheLoad() {
		pressUntilSeen("load", "[data-kind=group][data-name=load] [data-name=customer-20]");
		browser.awaitText("#load", "Stop the load");
		browser.click("#load");

		result("Load: stopped after");
		assertThat(browser.text("#load")).isEqualTo("Load");
		awaitGone("[data-name=load]");
		awaitGone("[data-kind=root]");
	}

	@Test
	@DisplayName("a press while the answer is not there does not ask once more")
	void pressedTwice() {
		browser.click("#search");
		assertThat(browser.attribute("#search", "aria-disabled")).isEqualTo("true");
		browser.click("#search");

		result("Search all suppliers: 200 after");
		browser.enterFrame("tasktree");
		browser.awaitNo("#tree " + OFFERS);
		browser.leaveFrame();
		assertThat(browser.attribute("#search", "aria-disabled")).isEmpty();
		assertThat(browser.text("#status")).startsWith("Search all suppliers: 200");
	}

	@Test
	@DisplayName("the keyboard leads from button to button, and into the live page")
	void keyboard() {
		for (String button : List.of("search", "slow", "failing", "leave", "hedged", "load")) {
			browser.press(Keys.TAB);
			assertThat(browser.hasFocus("#" + button)).as(button).isTrue();
		}
		browser.tabTo(".live a");
		browser.press(Keys.TAB);
		assertThat(browser.hasFocus("#tasktree")).isTrue();
	}

	@Test
	@DisplayName("axe finds no barrier in the start page and the live page in it, light and dark")
	void barriers() throws IOException {
		browser.click("#search");
		result("Search all suppliers: 200 after");
		assertThat(browser.barriers("tasktree")).isEmpty();
		browser.dark();
		try {
			assertThat(browser.barriers("tasktree")).isEmpty();
			browser.screenshot("start-page-dark");
		}
		finally {
			browser.light();
		}
	}

	@Test
	@DisplayName("on a narrow screen nothing is cut off")
	void narrow() throws IOException {
		browser.size(420, 900);
		try {
			assertThat((long) browser
				.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")).isZero();
			assertThat(browser.barriers("tasktree")).isEmpty();
			browser.screenshot("start-page-on-a-phone");
		}
		finally {
			browser.size(Browser.WIDTH, Browser.HEIGHT);
		}
	}

	/** The live page looks once a second, and may miss what is over soon. */
	private static void pressUntilSeen(String button, String inTree) {
		await(inTree).atMost(PATIENCE).until(() -> {
			if (!browser.has("#" + button + "[data-busy]")) {
				browser.click("#" + button);
			}
			browser.enterFrame("tasktree");
			boolean seen = browser.has("#tree " + inTree);
			browser.leaveFrame();
			return seen;
		});
	}

	/** Waits for the answer, and returns it as it is shown. */
	private static String result(String status) {
		browser.awaitText("#status", status);
		return browser.text("#answer");
	}

	private static void inLivePage(String css) {
		browser.enterFrame("tasktree");
		browser.awaitElement(css);
		browser.leaveFrame();
	}

	private static void screenshotWithTimeline(String name) throws IOException {
		browser.enterFrame("tasktree");
		browser.scrollTo("#timeline");
		browser.leaveFrame();
		browser.screenshot(name);
	}

	private static void awaitGone(String inTree) {
		browser.enterFrame("tasktree");
		browser.awaitNo("#tree " + inTree);
		browser.leaveFrame();
	}

}
