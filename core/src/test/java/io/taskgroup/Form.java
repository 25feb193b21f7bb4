package io.taskgroup;

/**
 * The ways to open a group and to end it.
 */
enum Form {

	RUN {
		@Override
		void go(TaskGroupSpec spec, GroupAction body) throws Exception {
			spec.run(body);
		}
	},

	CALL {
		@Override
		void go(TaskGroupSpec spec, GroupAction body) throws Exception {
			spec.call((group) -> {
				body.run(group);
				return "value";
			});
		}
	},

	OPEN_AND_JOIN {
		@Override
		void go(TaskGroupSpec spec, GroupAction body) throws Exception {
			try (TaskGroup group = spec.open()) {
				body.run(group);
				group.join();
			}
		}
	},

	OPEN_AND_CLOSE {
		@Override
		void go(TaskGroupSpec spec, GroupAction body) throws Exception {
			try (TaskGroup group = spec.open()) {
				body.run(group);
			}
		}
	};

	/** Opens a group, runs the body, and ends the group. */
	abstract void go(TaskGroupSpec spec, GroupAction body) throws Exception;

}
