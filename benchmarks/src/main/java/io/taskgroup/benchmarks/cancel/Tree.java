package io.taskgroup.benchmarks.cancel;

import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Tasks that block, and the groups that they are in. */
public class Tree {

	private final List<Integer> widths;

	private final CountDownLatch starting;

	/**
	 * Makes a tree.
	 * @param widths how many tasks a group of each depth has; those of the last depth
	 * block, and each of the others has a group of the next depth
	 */
	public Tree(List<Integer> widths) {
		this.widths = List.copyOf(widths);
		this.starting = new CountDownLatch(size());
	}

	/**
	 * Returns how many tasks block.
	 * @return the number of leaves
	 */
	public final int size() {
		return this.widths.stream().reduce(1, Math::multiplyExact);
	}

	/**
	 * Returns how many tasks a group has.
	 * @param depth how deep the group is, from 0
	 * @return the number of its tasks
	 */
	public int width(int depth) {
		return this.widths.get(depth);
	}

	/**
	 * Tells whether the tasks of a group block.
	 * @param depth how deep the group is, from 0
	 * @return whether they do; else each has a group of its own
	 */
	public boolean isLast(int depth) {
		return depth == this.widths.size() - 1;
	}

	/**
	 * What a task of the last depth does: it blocks, at a latch of its own.
	 * @return nothing, ever
	 * @throws InterruptedException when it is cancelled
	 */
	public Void block() throws InterruptedException {
		this.starting.countDown();
		new CountDownLatch(1).await();
		throw new IllegalStateException("nobody opens this latch");
	}

	/** Waits until all have come to where they block. */
	void awaitBlocked() throws InterruptedException {
		this.starting.await();
	}

}
