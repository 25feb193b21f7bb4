package io.taskgroup;

/**
 * How a group or supervisor ended.
 *
 * @see TaskGroupListener#groupEnded
 */
public enum GroupOutcome {

	/** Nothing failed and nothing was cut off. */
	SUCCESS,

	/** A task or the body failed. */
	FAILED,

	/** A cancellation or an interrupt ended it. */
	CANCELLED,

	/** Its own deadline passed. */
	TIMEOUT

}
