package io.taskgroup;

/** What a group makes of a task's failure. */
enum Collecting {

	/** The first failure cancels the group, and all are reported: a task group. */
	FAIL_TOGETHER,

	/** All are reported, and cancel nobody, unless a task was good enough: any. */
	UNLESS_DECIDED,

	/** Whoever has the handles sees to the failures. */
	LEAVE_TO_HANDLES

}
