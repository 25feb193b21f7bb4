package io.taskgroup.sample;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;

import org.springframework.test.context.TestPropertySource;

/**
 * What has been tested with virtual threads, with other kinds.
 */
class ThreadKindTests {

	private static final String PLATFORM_REQUESTS = "spring.threads.virtual.enabled=false";

	private static final String PLATFORM_TASKS = "taskgroup.threads=platform";

	@Nested
	@DisplayName("books, with requests on platform threads")
	@TestPropertySource(properties = PLATFORM_REQUESTS)
	class BooksWithPlatformRequests extends BookTests {

	}

	@Nested
	@DisplayName("books, with tasks on platform threads")
	@TestPropertySource(properties = PLATFORM_TASKS)
	class BooksWithPlatformTasks extends BookTests {

	}

	@Nested
	@DisplayName("books, all on platform threads")
	@TestPropertySource(properties = { PLATFORM_REQUESTS, PLATFORM_TASKS })
	class BooksOnPlatformThreads extends BookTests {

	}

	@Nested
	@DisplayName("offers, all on platform threads")
	@TestPropertySource(properties = { PLATFORM_REQUESTS, PLATFORM_TASKS })
	class OffersOnPlatformThreads extends OffersTests {

	}

	@Nested
	@DisplayName("deliveries, all on platform threads")
	@TestPropertySource(properties = { PLATFORM_REQUESTS, PLATFORM_TASKS })
	class DeliveriesOnPlatformThreads extends DeliveryTests {

	}

}
