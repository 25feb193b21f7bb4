package io.taskgroup;

/**
 * How many tasks a group or supervisor has, and has had.
 *
 * @param queued how many wait for a permit
 * @param running how many have a thread and have not ended, cancelled ones included
 * @param succeeded how many have ended well; zero if the factory keeps no times
 * @param failed how many have failed; zero if the factory keeps no times
 * @param cancelled how many were ended by a cancellation; zero if the factory keeps no
 * times
 * @see TaskScopeSnapshot#counts()
 */
public record TaskCounts(int queued, int running, long succeeded, long failed, long cancelled) {

	static final TaskCounts NONE = new TaskCounts(0, 0, 0, 0, 0);

}
