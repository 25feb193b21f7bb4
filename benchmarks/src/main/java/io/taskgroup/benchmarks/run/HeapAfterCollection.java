package io.taskgroup.benchmarks.run;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

import com.sun.management.GarbageCollectionNotificationInfo;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * How much of the heap is in use after a garbage collection, at the most. What is in use
 * before one says nothing: that is as much as there is.
 */
public final class HeapAfterCollection implements InternalProfiler, NotificationListener {

	static final String LABEL = "heap.after.gc";

	private final Set<String> heap = ManagementFactory.getMemoryPoolMXBeans()
		.stream()
		.filter(pool -> pool.getType() == MemoryType.HEAP)
		.map(pool -> pool.getName())
		.collect(Collectors.toSet());

	private final List<NotificationEmitter> collectors = new ArrayList<>();

	/** Written by the thread that notifies. */
	private final AtomicLong most = new AtomicLong();

	/** Creates it. */
	public HeapAfterCollection() {
		for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
			if (collector instanceof NotificationEmitter emitter) {
				this.collectors.add(emitter);
			}
		}
	}

	@Override
	public String getDescription() {
		return "The heap in use after a garbage collection";
	}

	@Override
	public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
		this.most.set(0);
		this.collectors.forEach(collector -> collector.addNotificationListener(this, null, null));
	}

	@Override
	public Collection<? extends Result<?>> afterIteration(BenchmarkParams benchmark, IterationParams iteration,
			IterationResult result) {
		for (NotificationEmitter collector : this.collectors) {
			try {
				collector.removeNotificationListener(this);
			}
			catch (ListenerNotFoundException ex) {
				throw new IllegalStateException(ex);
			}
		}
		return List.of(new ScalarResult(LABEL, this.most.get(), "B", AggregationPolicy.MAX));
	}

	@Override
	public void handleNotification(Notification notification, Object handback) {
		if (notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)
				&& notification.getUserData() instanceof CompositeData data) {
			long used = used(GarbageCollectionNotificationInfo.from(data).getGcInfo().getMemoryUsageAfterGc());
			this.most.accumulateAndGet(used, Math::max);
		}
	}

	private long used(Map<String, MemoryUsage> pools) {
		return pools.entrySet()
			.stream()
			.filter(pool -> this.heap.contains(pool.getKey()))
			.mapToLong(pool -> pool.getValue().getUsed())
			.sum();
	}

}
