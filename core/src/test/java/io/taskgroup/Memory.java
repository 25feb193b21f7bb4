package io.taskgroup;

/**
 * The heap.
 */
final class Memory {

	private Memory() {
	}

	/**
	 * Returns how many bytes are used. The least of several looks: garbage of others may
	 * come between a collection and a look.
	 */
	static long used() {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 3; i++) {
			System.gc();
			least = Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
		}
		return least;
	}

}
