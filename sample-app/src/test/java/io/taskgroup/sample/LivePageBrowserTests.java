package io.taskgroup.sample;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.TaskGroupFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.openqa.selenium.Keys;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The live page in a browser: what can be done with it.
 */
@EnabledIf(value = "io.taskgroup.sample.Browser#isThere", disabledReason = Browser.MISSING)
class LivePageBrowserTests extends BrowserTest {

	/** As pages of their own would be asked by somebody else. */
	private static final String ASK = """
			window.answer = undefined;
			fetch(arguments[0]).then(async (response) => {
				window.answer = `${response.status} ${await response.text()}`;
			});
			""";

	private static final String SLOW_OFFERS = "/books/1/offers?patience=20s&slow=lighthouse";

	@Autowired
	private TaskGroupFactory groups;

	LivePageBrowserTests() {
		super("live-page");
	}

	@BeforeEach
	void visit() {
		visit("/actuator/tasktree");
		browser.awaitElement(row("price-feed"));
	}

	@Test
	@DisplayName("the cancel button ends a group, and the request is answered with why")
	void cancelGroup() {
		browser.script(ASK, SLOW_OFFERS);
		browser.click(row("offers") + " > .row .cancel");
		browser.awaitText("dialog", "Cancel this group?");
		browser.click("dialog [data-answer=yes]");

		browser.awaitNo(row("offers"));
		assertThat(answer()).startsWith("503").contains("cancelled by the actuator endpoint");
		// the browser, too, tells of the status
		assertThat(browser.complaints()).singleElement().asString().contains("503");
	}

	@Test
	@DisplayName("the cancel button ends the group that asks one supplier, and the answer does without it")
	void cancelOneSupplier() throws IOException {
		browser.script(ASK, SLOW_OFFERS);
		browser.click(row("supplier-lighthouse") + " > .row .cancel");
		browser.awaitElement("dialog");
		browser.screenshot("tour-cancel");
		browser.click("dialog [data-answer=yes]");

		assertThat(answer()).startsWith("200")
			.contains("{\"supplier\":\"lighthouse\",\"reason\":\"cancelled by the actuator endpoint\"}");
	}

	@Test
	@DisplayName("the cancel button ends a task alone")
	void cancelTask() throws Exception {
		try (OpenGroup group = new OpenGroup("of-two", "one", "other")) {
			browser.click(row("one") + " > .row .cancel");
			browser.click("dialog [data-answer=yes]");

			browser.awaitElement(row("of-two") + " [data-count=cancelled]");
			browser.awaitNo(row("one"));
			assertThat(browser.has(row("other"))).isTrue();
			assertThat(group.result).isNotDone();
		}
	}

	@Test
	@DisplayName("a question that is closed does nothing")
	void leaveIt() throws Exception {
		try (OpenGroup group = new OpenGroup("spared", "task")) {
			browser.click(row("spared") + " > .row .cancel");
			browser.click("dialog [data-answer=no]");
			browser.awaitNo("dialog");
			browser.click(row("spared") + " > .row .cancel");
			browser.awaitElement("dialog");
			browser.press(Keys.ESCAPE);
			browser.awaitNo("dialog");

			assertThat(browser.hasFocus(row("spared") + " > .row .cancel")).isTrue();
			assertThat(group.result).isNotDone();
		}
	}

	@Test
	@DisplayName("all of that works with the keyboard alone")
	void keyboard() throws Exception {
		try (OpenGroup group = new OpenGroup("by-keyboard", "task")) {
			browser.awaitElement(row("by-keyboard"));
			browser.tabTo(row("by-keyboard") + " > .row .cancel");
			browser.press(Keys.ENTER);
			browser.awaitElement("dialog");
			assertThat((boolean) browser.script("return document.activeElement.closest('dialog') !== null")).isTrue();
			while (!browser.hasFocus("[data-answer=yes]")) {
				browser.press(Keys.TAB);
			}
			browser.press(Keys.ENTER);

			assertThat(group.result).succeedsWithin(10, TimeUnit.SECONDS);
			browser.awaitNo(row("by-keyboard"));
			assertThat(browser.hasFocus("body")).as("the focus is lost").isFalse();
		}
	}

	@Test
	@DisplayName("the search leaves what has the name, and what that is in")
	void search() throws Exception {
		try (OpenGroup group = new OpenGroup("haystack", "hay", "needle")) {
			browser.awaitElement(row("needle"));
			browser.type("#search", "needle");

			browser.awaitNo(row("hay"));
			browser.awaitNo(row("price-feed"));
			assertThat(browser.has(row("haystack"))).isTrue();
			assertThat(browser.has(row("needle"))).isTrue();
			assertThat(group.result).isNotDone();
		}
	}

	@Test
	@DisplayName("while it is paused nothing changes, and it says so")
	void pause() throws Exception {
		browser.click("#pause");
		browser.awaitElement("#freshness[data-state=paused]");
		try (OpenGroup group = new OpenGroup("late", "task")) {
			browser.awaitText("#freshness", "data 3 s old");
			assertThat(browser.has(row("late"))).isFalse();

			browser.click("#pause");

			browser.awaitElement(row("late"));
			browser.awaitElement("#freshness[data-state=live]");
			assertThat(group.result).isNotDone();
		}
	}

	@Test
	@DisplayName("the limit that groups of a name share can be set")
	void limit() throws InterruptedException {
		this.groups.named("supplier-riverside").run(group -> {
		});
		ConcurrencyLimiter limiter = (ConcurrencyLimiter) this.groups.sharedLimiters("supplier-riverside").getFirst();
		int before = limiter.limit();
		try {
			browser.click("#names [data-name=supplier-riverside] [data-action=limit]");
			browser.type("#limit", "5");
			browser.click("dialog [data-answer=yes]");

			await().until(() -> limiter.limit() == 5);
			browser.awaitText("#names [data-name=supplier-riverside] .limit", "5");
		}
		finally {
			limiter.limit(before);
		}
	}

	@Test
	@DisplayName("a task tells its thread and where it is")
	void thread() {
		browser.click(row("refresh") + " .fold");

		browser.awaitText(row("refresh") + " .thread", "price-feed/refresh");
		browser.awaitText(row("refresh") + " .stack", "PriceFeed.refreshForEver");
	}

	@Test
	@DisplayName("whatever groups and tasks are called, it is text")
	void hostileNames() throws Exception {
		String markup = "<img src=x onerror=\"window.hostile=true\">";
		String script = "</script><script>window.hostile=true</script>";
		String control = "line\r\nbreak\u0000\u001b[31m\u202e";
		try (OpenGroup one = new OpenGroup(markup, script, control);
				OpenGroup other = new OpenGroup("y".repeat(200), "x".repeat(10_000))) {
			browser.awaitText("#tree", markup);
			browser.awaitText("#tree", script);
			browser.awaitText("#tree", "x".repeat(100));
			browser.awaitText("#names", markup);
			assertThat(browser.has("#tree img, #tree script, #names img")).isFalse();
			assertThat(browser.script("return window.hostile ?? 'harmless'")).isEqualTo("harmless");
			assertThat((long) browser
				.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")).isZero();
			assertThat(browser.barriers()).isEmpty();
			assertThat(List.of(one, other)).allSatisfy(group -> assertThat(group.result).isNotDone());
		}
		browser.awaitNo("#tree [data-name^='yyy']");
		assertThat(browser.script("return window.hostile ?? 'harmless'")).isEqualTo("harmless");
	}

	@Test
	@DisplayName("axe finds no barrier, light and dark, with rows that are unfolded and a question")
	void barriers() throws Exception {
		browser.script(ASK, SLOW_OFFERS);
		try (OpenGroup group = new OpenGroup("watched", "task")) {
			browser.awaitElement(row("supplier-lighthouse"));
			browser.click(row("refresh") + " .fold");
			browser.awaitElement(row("refresh") + " .stack");
			assertThat(browser.barriers()).isEmpty();
			browser.click(row("watched") + " > .row .cancel");
			browser.awaitElement("dialog");
			assertThat(browser.barriers()).isEmpty();
			browser.dark();
			assertThat(browser.barriers()).isEmpty();
			browser.click("dialog [data-answer=no]");
			assertThat(browser.barriers()).isEmpty();
			browser.screenshot("live-page-dark");
			assertThat(group.result).isNotDone();
		}
		finally {
			browser.light();
		}
		assertThat(answer()).startsWith("200");
	}

	private static String row(String name) {
		return "#tree [data-name='" + name + "']";
	}

	/** Waits for what was asked for with {@link #ASK}. */
	private static String answer() {
		await("the answer").atMost(20, TimeUnit.SECONDS)
			.until(() -> !"none".equals(browser.script("return window.answer ?? 'none'")));
		return (String) browser.script("return window.answer");
	}

	/** A group that is open until it is closed here, or cancelled. */
	private final class OpenGroup implements AutoCloseable {

		private final CountDownLatch end = new CountDownLatch(1);

		private final CompletableFuture<Void> result;

		OpenGroup(String name, String... tasks) {
			// each on a thread of its own, for it blocks
			this.result = CompletableFuture.runAsync(() -> {
				try {
					LivePageBrowserTests.this.groups.named(name).run(group -> {
						for (String task : tasks) {
							group.fork(task, () -> {
								this.end.await();
								return null;
							});
						}
					});
				}
				catch (InterruptedException ex) {
					throw new AssertionError(ex);
				}
			}, Thread::startVirtualThread);
		}

		@Override
		public void close() {
			this.end.countDown();
			this.result.join();
		}

	}

}
