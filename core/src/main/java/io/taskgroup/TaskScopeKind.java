package io.taskgroup;

/**
 * What kind of scope stands in the tree of what is open.
 *
 * @see TaskScopeSnapshot#kind()
 */
public enum TaskScopeKind {

	/** A task group. */
	GROUP,

	/** A task scope, whose tasks fail alone. */
	SUPERVISOR,

	/** A {@link RootScope}, such as a request: it has no tasks of its own. */
	ROOT

}
