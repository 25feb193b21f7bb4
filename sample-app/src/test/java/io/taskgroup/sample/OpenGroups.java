package io.taskgroup.sample;

import java.util.List;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskScopeSnapshot;

/**
 * What is open in the storefront.
 */
final class OpenGroups {

	private OpenGroups() {
	}

	/**
	 * The groups of requests: all that is open, but for what lives as long as the
	 * storefront.
	 */
	static List<String> ofRequests(TaskGroupFactory groups) {
		return groups.snapshot()
			.stream()
			.map(TaskScopeSnapshot::name)
			.filter(name -> !name.equals("price-feed"))
			.toList();
	}

}
