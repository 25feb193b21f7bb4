package io.taskgroup;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a listener is told of a group or supervisor.
 */
public interface TaskScopeInfo {

	/**
	 * Returns the number of the scope, unique among all tasks and groups in this JVM.
	 * @return the id
	 */
	long id();

	/**
	 * Returns the name under which the scope was opened.
	 * @return the name
	 */
	String name();

	/**
	 * Returns whether it is a group or a supervisor.
	 * @return {@code true} for a supervisor
	 */
	boolean supervisor();

	/**
	 * Returns in what the scope was opened: the number of the task, or of the group in
	 * whose body it was, of the same factory, or else of the root scope.
	 * @return the id; empty if it was opened in none of these
	 */
	OptionalLong parentId();

	/**
	 * Returns the root scope that is around the scope, such as the request that it works
	 * for.
	 * @return the root scope; empty if there is none
	 */
	Optional<RootScope> root();

	/**
	 * Returns why the scope is being cancelled, or was: its own cancellation, or one
	 * further out; the one that came first.
	 * @return the cause; empty if no cancellation is in effect for the scope
	 */
	Optional<CancelCause> cancelCause();

}
