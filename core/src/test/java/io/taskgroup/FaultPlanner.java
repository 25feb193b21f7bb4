package io.taskgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

import io.taskgroup.FaultPlan.Combinator;
import io.taskgroup.FaultPlan.Failure;
import io.taskgroup.FaultPlan.Form;
import io.taskgroup.FaultPlan.Kind;
import io.taskgroup.FaultPlan.Plot;
import io.taskgroup.FaultPlan.Settings;
import io.taskgroup.FaultPlan.Step;
import io.taskgroup.FaultPlan.Task;

/**
 * Makes a plan from a seed, always the same one.
 * <p>
 * No plan may hang by itself: a thread awaits for as long as it takes only what it has
 * forked itself, and everybody else's tasks for a while.
 */
final class FaultPlanner {

	private static final int STEPS = 160;

	private static final int DEEPEST = 5;

	/** No limits and no deadline. */
	private static final Settings FREE = new Settings(0, 0, 0, 0, 0, 0, 0, false, false);

	private final SplittableRandom random;

	private final long seed;

	private final boolean calm;

	private final int limiters;

	private final int rates;

	private final int foreign;

	/** How many steps may still be planned. */
	private int left = STEPS;

	private FaultPlanner(long seed) {
		this.seed = seed;
		this.random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L);
		this.calm = oneIn(8);
		this.limiters = this.random.nextInt(3);
		this.rates = oneIn(3) ? 1 : 0;
		this.foreign = oneIn(3) ? 1 : 0;
	}

	static FaultPlan plan(long seed) {
		return new FaultPlanner(seed).plan();
	}

	private FaultPlan plan() {
		Rig rig = oneIn(4) ? Rig.PLATFORM : oneIn(3) ? Rig.PLATFORM_HOST : Rig.VIRTUAL;
		int failingThread = (!this.calm && oneIn(6)) ? 3 + this.random.nextInt(20) : 0;
		boolean listening = oneIn(2);
		boolean instrumented = oneIn(4);
		int reinterrupt = oneIn(4) ? 500 + this.random.nextInt(3000) : 0;
		List<Integer> limits = new ArrayList<>();
		for (int i = 0; i < this.limiters; i++) {
			limits.add(1 + this.random.nextInt(3));
		}
		int byName = this.random.nextInt(this.limiters + 1);
		List<Integer> rateLimits = (this.rates > 0) ? List.of(20 + this.random.nextInt(80)) : List.of();
		List<Integer> foreignLimits = (this.foreign > 0) ? List.of(this.calm ? 0 : this.random.nextInt(4)) : List.of();
		List<Step> host = new ArrayList<>();
		while (this.left > 0) {
			host.add(surviving(() -> nested(0, 0)));
		}
		return new FaultPlan(this.seed, rig, this.calm, failingThread, listening, instrumented, reinterrupt,
				List.copyOf(limits), byName, rateLimits, foreignLimits, List.copyOf(host), outside());
	}

	private List<List<Step>> outside() {
		List<List<Step>> threads = new ArrayList<>();
		int count = this.calm ? 1 : this.random.nextInt(3);
		for (int i = 0; i < count; i++) {
			List<Step> steps = new ArrayList<>();
			int many = 3 + this.random.nextInt(25);
			for (int j = 0; j < many; j++) {
				steps.add(pause());
				steps.add(this.calm ? calmFromOutside() : fromOutside());
			}
			if (this.calm) {
				steps.add(this.random.nextInt(steps.size()), new FaultPlan.InterruptHost());
			}
			else if (i == 0 && oneIn(8)) {
				steps.add(new FaultPlan.CloseFactory());
			}
			threads.add(List.copyOf(steps));
		}
		return List.copyOf(threads);
	}

	private Step calmFromOutside() {
		return oneIn(2) ? new FaultPlan.Snapshot() : setLimit();
	}

	private Step fromOutside() {
		return switch (this.random.nextInt(9)) {
			case 0, 1 -> new FaultPlan.CancelGroup(index());
			case 2 -> new FaultPlan.CancelScope(index());
			case 3, 4 -> new FaultPlan.CancelTask(index());
			case 5 -> setLimit();
			case 6 -> new FaultPlan.Snapshot();
			case 7 -> oneIn(3) ? new FaultPlan.InterruptHost() : new FaultPlan.MoveDeadline(index(), deadline());
			default -> new FaultPlan.ForkAnywhere(index(), new Task(List.of(pause(), pause())));
		};
	}

	// Blocks

	/** Steps of a body or task, at least one. */
	private List<Step> steps(int depth, int groups) {
		List<Step> steps = new ArrayList<>();
		int many = 1 + this.random.nextInt(6);
		for (int i = 0; i < many; i++) {
			this.left--;
			steps.add(step(depth, groups));
		}
		if (!this.calm && depth > 0 && groups > 0 && oneIn(40)) {
			steps.add(new FaultPlan.LeaveOpen(settings(), bodyOf(depth, groups + 1, false)));
		}
		return List.copyOf(steps);
	}

	private Step step(int depth, int groups) {
		int chance = this.random.nextInt(100);
		if (chance < 34 || this.left <= 0) {
			return quiet();
		}
		if (chance < 42) {
			return this.calm ? quiet() : surviving(this::cancelling);
		}
		if (chance < 47) {
			return failing();
		}
		if (chance < 70 && groups > 0) {
			return surviving(() -> fork(depth, groups));
		}
		if (chance < 80) {
			return awaiting();
		}
		return (depth < DEEPEST) ? surviving(() -> nested(depth, groups)) : quiet();
	}

	private Step nested(int depth, int groups) {
		this.left--;
		if (!this.calm && oneIn(8)) {
			return doomed();
		}
		if (!this.calm && oneIn(6)) {
			return new FaultPlan.Scene(pick(Plot.values()), this.random.nextInt(60), 20 + this.random.nextInt(180));
		}
		return switch (this.random.nextInt(10)) {
			case 0, 1, 2, 3 -> group(depth, groups);
			case 4 -> (depth > 0) ? supervise(depth, groups)
					: new FaultPlan.Region(Kind.RUN, 0, List.of(supervise(1, groups)));
			case 5, 6 -> region(depth, groups);
			default -> combine(depth, groups);
		};
	}

	private Step group(int depth, int groups) {
		Form form = pick(Form.values());
		List<Step> body = bodyOf(depth, groups + 1, form == Form.RUN || form == Form.CALL);
		return new FaultPlan.Group(form, settings(), body);
	}

	/**
	 * A group some of whose tasks only end when they are cancelled (3.2, 5.1). It has no
	 * limits, so that nobody waits for a permit that these hold.
	 */
	private Step doomed() {
		List<Step> body = new ArrayList<>();
		int forks = 1 + this.random.nextInt(4);
		for (int i = 0; i < forks; i++) {
			this.left--;
			Step last = oneIn(3)
					? new FaultPlan.Group(Form.RUN, FREE,
							List.of(new FaultPlan.Fork(0, new Task(List.of(new FaultPlan.Forever()))), pause()))
					: new FaultPlan.Forever();
			body.add(new FaultPlan.Fork(0, new Task(oneIn(3) ? List.of(last) : List.of(pause(), last))));
		}
		body.add(pause());
		Settings settings = FREE;
		switch (this.random.nextInt(4)) {
			case 0 -> settings = new Settings(deadline(), 0, 0, 0, 0, 0, 0, false, false);
			case 1 -> settings = new Settings(0, deadline(), 0, 0, 0, 0, 0, false, false);
			case 2 -> body.add(new FaultPlan.Fail(pick(Failure.values())));
			default -> body.add(new FaultPlan.CancelBody());
		}
		return new FaultPlan.Group(pick(Form.values()), settings, List.copyOf(body));
	}

	/** A body that forks a few tasks, before it does anything else. */
	private List<Step> bodyOf(int depth, int groups, boolean mayJoin) {
		List<Step> body = new ArrayList<>();
		int forks = this.random.nextInt(5);
		for (int i = 0; i < forks; i++) {
			this.left--;
			body.add(surviving(() -> fork(depth, groups)));
		}
		body.addAll(steps(depth + 1, groups));
		if (mayJoin && oneIn(5)) {
			body.add(new FaultPlan.Join());
		}
		return List.copyOf(body);
	}

	private Step supervise(int depth, int groups) {
		List<Step> handler = oneIn(2) ? handling() : List.of();
		return new FaultPlan.Supervise(settings(), oneIn(5), oneIn(2), oneIn(2), handler,
				bodyOf(depth, groups + 1, false));
	}

	/**
	 * What an error handler does. It leaves its thread's context alone, which is that of
	 * the task.
	 */
	private List<Step> handling() {
		List<Step> steps = new ArrayList<>();
		int many = 1 + this.random.nextInt(3);
		for (int i = 0; i < many; i++) {
			this.left--;
			steps.add(switch (this.random.nextInt(6)) {
				case 0, 1 -> new FaultPlan.Fork(0, new Task(List.of(pause(), oneIn(3) ? failing() : pause())));
				case 2 -> new FaultPlan.Await(index());
				case 3 -> new FaultPlan.AwaitAny(index(), this.random.nextInt(300));
				case 4 -> new FaultPlan.Group(Form.RUN, settings(),
						List.of(new FaultPlan.Fork(0, new Task(List.of(pause()))), pause()));
				default -> pause();
			});
		}
		return List.copyOf(steps);
	}

	private Step region(int depth, int groups) {
		Kind kind = this.calm ? (oneIn(2) ? Kind.RUN : Kind.SHIELD) : pick(Kind.values());
		return new FaultPlan.Region(kind, deadline(), steps(depth + 1, groups));
	}

	private Step combine(int depth, int groups) {
		Combinator combinator = this.calm ? pick(Combinator.GATHER, Combinator.OUTCOMES, Combinator.MAP)
				: pick(Combinator.values());
		List<Task> tasks = new ArrayList<>();
		int many = 1 + this.random.nextInt(7);
		for (int i = 0; i < many; i++) {
			tasks.add(task(depth, groups));
		}
		int leaveAfter = oneIn(3) ? this.random.nextInt(many + 1) : many + 1;
		int stagger = oneIn(2) ? 0 : this.random.nextInt(300);
		return new FaultPlan.Combine(combinator, settings(), stagger, leaveAfter, List.copyOf(tasks));
	}

	private Task task(int depth, int groups) {
		return new Task((depth + 1 < DEEPEST && this.left > 0) ? steps(depth + 1, groups) : List.of(quiet()));
	}

	private Step fork(int depth, int groups) {
		int level = oneIn(4) ? this.random.nextInt(groups) : 0;
		if (oneIn(5)) {
			List<Step> steps = new ArrayList<>(task(depth, groups - level).steps());
			int says = this.calm ? 1 : oneIn(6) ? 0 : oneIn(6) ? 2 : 1;
			for (int i = 0; i < says; i++) {
				steps.add(this.random.nextInt(steps.size() + 1), new FaultPlan.SayStarted(index()));
			}
			return new FaultPlan.Start(level, new Task(List.copyOf(steps)));
		}
		return new FaultPlan.Fork(level, task(depth, groups - level));
	}

	// Single steps

	private Step quiet() {
		return switch (this.random.nextInt(16)) {
			case 0, 1, 2 -> new FaultPlan.Sleep(this.random.nextInt(400));
			case 3 -> new FaultPlan.Swallow(this.random.nextInt(600));
			case 4, 5 -> new FaultPlan.Checkpoint();
			case 6 -> this.calm ? pause() : new FaultPlan.InterruptSelf();
			case 7 -> new FaultPlan.ClearInterrupt();
			case 8, 9 -> new FaultPlan.ChangeContext(index());
			case 10 -> new FaultPlan.Snapshot();
			default -> pause();
		};
	}

	private Step pause() {
		return oneIn(6) ? new FaultPlan.Sleep(this.random.nextInt(200))
				: new FaultPlan.Spin(this.random.nextInt(15), oneIn(2));
	}

	private Step cancelling() {
		return switch (this.random.nextInt(7)) {
			case 0 -> new FaultPlan.CancelGroup(index());
			case 1 -> new FaultPlan.CancelScope(index());
			case 2, 3 -> new FaultPlan.CancelTask(index());
			case 4 -> new FaultPlan.CancelOwn();
			case 5 -> setLimit();
			default -> new FaultPlan.MoveDeadline(index(), deadline());
		};
	}

	private Step setLimit() {
		return new FaultPlan.SetLimit(index(), 1 + this.random.nextInt(4));
	}

	private Step failing() {
		return this.calm ? quiet() : new FaultPlan.Fail(pick(Failure.values()));
	}

	private Step awaiting() {
		Step await = oneIn(3) ? new FaultPlan.AwaitAny(index(), this.random.nextInt(500))
				: new FaultPlan.Await(index());
		return (this.calm || oneIn(2)) ? new FaultPlan.Survive(List.of(await)) : await;
	}

	/** What the step throws goes on up, now and then. */
	private Step surviving(Supplier<Step> made) {
		Step step = made.get();
		boolean through = !this.calm && oneIn(3);
		return through ? step : new FaultPlan.Survive(List.of(step));
	}

	private Settings settings() {
		int maxConcurrency = oneIn(4) ? 1 + this.random.nextInt(3) : 0;
		int limiter = (this.limiters > 0 && oneIn(3)) ? 1 + this.random.nextInt(this.limiters) : 0;
		int queue = oneIn(3) ? 1 + this.random.nextInt(3) : 0;
		int rate = (this.rates > 0 && oneIn(4)) ? 1 : 0;
		int foreign = (this.foreign > 0 && oneIn(3)) ? 1 : 0;
		boolean rejects = !this.calm && oneIn(3);
		if (this.calm) {
			return new Settings(0, 0, maxConcurrency, limiter, rate, foreign, queue, false, false);
		}
		int timeout = oneIn(10) ? deadline() : 0;
		int moveOn = oneIn(10) ? deadline() : 0;
		return new Settings(timeout, moveOn, maxConcurrency, limiter, rate, foreign, queue, rejects, oneIn(20));
	}

	private int deadline() {
		return oneIn(8) ? 1 : 50 + this.random.nextInt(1500);
	}

	private int index() {
		return this.random.nextInt(1_000);
	}

	private boolean oneIn(int many) {
		return this.random.nextInt(many) == 0;
	}

	@SafeVarargs
	private <T> T pick(T... some) {
		return some[this.random.nextInt(some.length)];
	}

}
