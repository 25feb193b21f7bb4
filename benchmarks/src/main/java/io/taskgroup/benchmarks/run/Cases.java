package io.taskgroup.benchmarks.run;

import java.util.List;
import java.util.Map;

import io.taskgroup.benchmarks.DisconnectBenchmark;
import io.taskgroup.benchmarks.RequestBenchmark;
import io.taskgroup.benchmarks.added.AddedBenchmark;
import io.taskgroup.benchmarks.cancel.CancelBenchmark;
import io.taskgroup.benchmarks.fanout.FanOutBenchmark;
import io.taskgroup.benchmarks.fanout.OneFailsBenchmark;
import io.taskgroup.benchmarks.first.FirstWinsBenchmark;
import io.taskgroup.benchmarks.limit.SharedLimitBenchmark;
import io.taskgroup.benchmarks.map.MapBenchmark;
import io.taskgroup.benchmarks.report.Comparison;
import io.taskgroup.benchmarks.report.Metric;
import io.taskgroup.benchmarks.storefront.StorefrontBenchmark;
import io.taskgroup.benchmarks.supervisor.SupervisorBenchmark;

/** All that is measured. */
final class Cases {

	private static final String PEER = "peer";

	private static final String TASK = "task";

	private static final List<Metric> TIME_AND_BYTES = List.of(Metric.TIME, Metric.BYTES);

	/** In the order in which they are run. */
	static final List<Case> ALL = List.of(
			new Case(FanOutBenchmark.class, PEER, "from", TASK, TIME_AND_BYTES, Comparison.RATIO, Map.of()),
			againstPeers(OneFailsBenchmark.class, TASK), againstPeers(CancelBenchmark.class, TASK),
			againstPeers(FirstWinsBenchmark.class, TASK), againstPeers(MapBenchmark.class, "item"),
			againstPeers(SharedLimitBenchmark.class, TASK),
			new Case(SupervisorBenchmark.class, "TaskGroups", "", TASK, List.of(Metric.TIME, Metric.BYTES, Metric.HEAP),
					Comparison.RATIO, Map.of(Case.OPERATIONS, "100000")),
			new Case(StorefrontBenchmark.class, PEER, "clients", "request",
					List.of(Metric.THROUGHPUT, Metric.MEDIAN, Metric.P99, Metric.BYTES), Comparison.RATIO, Map.of()),
			new Case(AddedBenchmark.class, "with", "", TASK, TIME_AND_BYTES, Comparison.ADDED, Map.of()),
			new Case(RequestBenchmark.class, "look", "", "request", TIME_AND_BYTES, Comparison.ADDED, Map.of()),
			new Case(DisconnectBenchmark.class, "TaskGroups", "", "client",
					List.of(Metric.MEDIAN, Metric.P99, Metric.LONGEST), Comparison.RATIO, Map.of()));

	private Cases() {
	}

	private static Case againstPeers(Class<?> benchmark, String one) {
		return new Case(benchmark, PEER, "", one, TIME_AND_BYTES, Comparison.RATIO, Map.of());
	}

}
