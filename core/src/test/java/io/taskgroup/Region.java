package io.taskgroup;

import java.time.Duration;

/**
 * The ways to run a block of code in a cancel scope.
 */
enum Region {

	RUN(true, false) {
		@Override
		void go(CancelScope.Body<Exception> body) throws Exception {
			CancelScope.run(body);
		}
	},

	ENTER(true, false) {
		@Override
		void go(CancelScope.Body<Exception> body) throws Exception {
			CancelScope.create().enter(body);
		}
	},

	MOVE_ON_AFTER(true, false) {
		@Override
		void go(CancelScope.Body<Exception> body) throws Exception {
			CancelScope.moveOnAfter(Duration.ofHours(1), body);
		}
	},

	FAIL_AFTER(false, false) {
		@Override
		void go(CancelScope.Body<Exception> body) throws Exception {
			CancelScope.<String, Exception>failAfter(Duration.ofHours(1), scope -> {
				body.run(scope);
				return "value";
			});
		}
	},

	RUN_OR_FAIL_AFTER(true, false) {
		@Override
		void go(CancelScope.Body<Exception> body) throws Exception {
			CancelScope.runOrFailAfter(Duration.ofHours(1), body);
		}
	},

	SHIELD(false, true) {
		@Override
		void go(CancelScope.Body<Exception> body) throws Exception {
			CancelScope.<String, Exception>shield(scope -> {
				body.run(scope);
				return "value";
			});
		}
	},

	RUN_SHIELDED(true, true) {
		@Override
		void go(CancelScope.Body<Exception> body) throws Exception {
			CancelScope.runShielded(body);
		}
	},

	GROUP(true, false) {
		@Override
		void go(CancelScope.Body<Exception> body) throws Exception {
			TaskGroupFactory.create().named("group").run(group -> body.run(group.cancelScope()));
		}
	};

	/** Whether the block ends quietly when its own scope is cancelled. */
	final boolean quiet;

	/** Whether the block holds off cancellations from outside. */
	final boolean shield;

	Region(boolean quiet, boolean shield) {
		this.quiet = quiet;
		this.shield = shield;
	}

	/** Runs the body in a new scope. */
	abstract void go(CancelScope.Body<Exception> body) throws Exception;

	/**
	 * Runs the body in a new scope that the body cancels, and swallows what a block that
	 * is to give a value throws then.
	 */
	void goCancelled(CancelScope.Body<Exception> body) throws Exception {
		try {
			go(body);
		}
		catch (TaskCancelledException ex) {
			if (this.quiet) {
				throw ex;
			}
		}
	}

}
