package io.taskgroup.sample;

import java.util.List;
import java.util.Locale;

/**
 * What the storefront's process holds at rest: nobody asks it for anything, and its heap
 * has just been cleaned up.
 *
 * @param minute when it was looked at
 * @param answers how many answers it had given by then
 * @param heap how many bytes of heap are in use after a garbage collection
 * @param platformThreads how many platform threads are alive
 * @param virtualThreads how many virtual threads are alive
 * @param files how many files and sockets are open
 * @param open what is open of requests: groups and streams, and the requests themselves
 * @param permits how many permits are in use, or are waited for
 */
record SoakSample(double minute, long answers, long heap, long platformThreads, long virtualThreads, long files,
		List<String> open, long permits) {

	/** A line of the table. */
	String text() {
		return String.format(Locale.ROOT, "| %.1f | %,d | %.1f | %d | %d | %d | %d | %d |", this.minute, this.answers,
				this.heap / 1e6, this.platformThreads, this.virtualThreads, this.files, this.open.size(), this.permits);
	}

}
