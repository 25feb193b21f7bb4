package io.taskgroup.benchmarks.first;

import java.util.List;
import java.util.concurrent.Callable;

import com.softwaremill.jox.structured.Race;

/** Jox's {@code race}. */
final class Jox implements First {

	@Override
	public Integer first(List<Callable<Integer>> tasks) throws Exception {
		return Race.race(tasks);
	}

}
