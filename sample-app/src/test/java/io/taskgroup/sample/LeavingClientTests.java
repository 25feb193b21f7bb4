package io.taskgroup.sample;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskgroup.TaskGroupFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of browsers that go away while the storefront asks its suppliers.
 */
@StorefrontTest
@TestPropertySource(
		properties = { "taskgroup.groups.supplier-harbour.concurrency.shared=1", "storefront.offers-deadline=60s",
				"storefront.suppliers.harbour.latency=400ms", "taskgroup.request.disconnect-check-interval=10ms" })
@SuppressWarnings("try") // the browser only has to be there, and to go
class LeavingClientTests {

	@LocalServerPort
	private int port;

	@Autowired
	private BackendFaults faults;

	@Autowired
	private TaskGroupFactory groups;

	@Autowired
	private MeterRegistry meters;

	@AfterEach
	void heal() {
		this.faults.heal();
	}

	@Test
	@Timeout(60)
	@DisplayName("when the browser goes away, a supplier that was not asked yet is not asked any more")
	void supplierIsNotAskedAnyMore() throws IOException {
		double before = counted("taskgroup.cancellations", "group", "offers", "reason", "disconnect");
		this.faults.hang("/suppliers/harbour");
		try (Socket stays = ask("/books/7/offers")) {
			await().until(() -> this.faults.requests("/suppliers/harbour") == 1);
			try (Socket leaves = ask("/books/8/offers")) {
				await().until(() -> OpenGroups.waiting(this.groups, "supplier-harbour") == 1);
			}
			await().until(
					() -> counted("taskgroup.cancellations", "group", "offers", "reason", "disconnect") == before + 1);
			await().until(() -> OpenGroups.waiting(this.groups, "supplier-harbour") == 0);
			this.faults.release("/suppliers/harbour");
			assertThat(new String(stays.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
				.isEqualTo("HTTP/1.1 200");
		}
		await().until(() -> OpenGroups.ofRequests(this.groups).isEmpty());
		assertThat(this.faults.requests("/suppliers/harbour/offers/8")).isZero();
	}

	@Test
	@Timeout(60)
	@DisplayName("a supplier that finishes after its caller has gone counts that as done in vain")
	void finishedInVain() throws IOException {
		double answered = calls("harbour", "answered");
		double vain = calls("harbour", "vain");
		try (Socket browser = ask("/books/8/offers")) {
			await().until(() -> this.faults.requests("/suppliers/harbour") == 1);
		}
		await().until(() -> calls("harbour", "vain") == vain + 1);
		assertThat(calls("harbour", "answered")).isEqualTo(answered);
	}

	private double calls(String supplier, String outcome) {
		return counted("storefront.supplier.calls", "supplier", supplier, "outcome", outcome);
	}

	private double counted(String name, String... tags) {
		var counter = this.meters.find(name).tags(tags).counter();
		return (counter != null) ? counter.count() : 0;
	}

	private Socket ask(String path) throws IOException {
		Socket socket = new Socket("localhost", this.port);
		socket.getOutputStream()
			.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

}
