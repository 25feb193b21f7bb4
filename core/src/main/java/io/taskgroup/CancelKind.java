package io.taskgroup;

/**
 * Who or what asked for a cancellation. It travels with the reason's text.
 *
 * @see CancelScope#cancelKind()
 */
public enum CancelKind {

	/** Somebody called {@code cancel()}. */
	EXPLICIT,

	/** A task of the group, or its body, failed. */
	FAILURE,

	/** A deadline passed. */
	TIMEOUT,

	/** The scope in which this one was opened was cancelled, or has ended. */
	PARENT,

	/** The host of the group was interrupted from outside. */
	INTERRUPT,

	/** The request that this work was done for is over. */
	REQUEST,

	/** The client that this work was done for has gone. */
	DISCONNECT,

	/** The factory, or the application, shuts down. */
	SHUTDOWN

}
