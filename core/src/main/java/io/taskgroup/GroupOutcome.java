package io.taskgroup;

/**
 * How a group or supervisor ended.
 *
 * @see TaskGroupListener#groupEnded
 */
public enum GroupOutcome {

	/**
	 * Nothing failed, and it came to its end: a decided {@code race} or {@code any} too,
	 * and a supervisor that was closed when it had nothing to do.
	 */
	SUCCESS,

	/** A task or the body failed. */
	FAILED,

	/** A cancellation or an interrupt ended it. */
	CANCELLED,

	/** Its own deadline passed. */
	TIMEOUT

}
