package io.taskgroup.benchmarks.fanout;

import java.util.List;
import java.util.concurrent.Callable;

import com.softwaremill.jox.structured.Par;

/** Jox's {@code par}. */
final class Jox implements FanOut {

	@Override
	public List<Integer> all(List<Callable<Integer>> tasks) throws Exception {
		return Par.par(tasks);
	}

}
