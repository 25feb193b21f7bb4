package io.taskgroup;

/**
 * A gate whose permits can be lent out while their holder waits (8.3). Called on the
 * holder's thread.
 */
interface LendingGate extends Gate {

	/** Lends a permit out, until {@link #takeBack}. */
	void lend(Grants grants);

	/**
	 * Takes a permit back that was lent out, ahead of newcomers. Blocks the thread,
	 * whatever happens to it.
	 * @return whether the thread was interrupted meanwhile; the flag has been taken
	 */
	boolean takeBack();

}
