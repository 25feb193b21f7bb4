package io.taskgroup;

import java.util.concurrent.CompletableFuture;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.taskgroup.Interleavings.explore;
import static io.taskgroup.Interleavings.must;
import static io.taskgroup.Interleavings.together;

/**
 * Checks the claims of {@link FifoLimiter}, {@link PromisedPermit} and {@link Admission}:
 * the limit is never exceeded; permits go to those who take back what they lent first,
 * then to newcomers, both in the order in which they came; {@code withdraw} says once and
 * for all whether one was granted; and a permit that is handed to somebody just as he
 * goes away is neither lost nor given back twice.
 */
@Tag("model")
class LimiterModelTests {

	@Test
	@DisplayName("8.2 the limit is never exceeded, everybody gets his turn once, and no permit is lost")
	void everybodyGetsHisTurn() {
		explore(100, () -> {
			Place place = new Place(1);
			Comer first = new Comer(place);
			Comer second = new Comer(place);
			Comer third = new Comer(place);
			together(first::come, second::come, third::come);
			must(first.grants == 1 && second.grants == 1 && third.grants == 1, "each had its turn once");
			place.checkUnused();
		});
	}

	@Test
	@DisplayName("10.1 a listener that two groups make known at once is told of a new limit once")
	void listenerIsToldOnce() {
		explore(100, () -> {
			FifoLimiter limiter = new FifoLimiter(1);
			AtomicInteger told = new AtomicInteger();
			Listeners listeners = new Listeners(List.of(new TaskGroupListener() {
				@Override
				public void limitChanged(ConcurrencyLimiter changed, int before, int now) {
					told.incrementAndGet();
				}
			}));
			together(() -> limiter.tell(listeners), () -> limiter.tell(listeners));
			limiter.limit(2);
			must(told.get() == 1, "it was told once");
		});
	}

	@Test
	@DisplayName("8.2 a permit handed over against the going away of its receiver is neither lost nor doubled")
	void handOverAgainstWithdraw() {
		explore(100, () -> {
			Place place = new Place(1);
			Comer holder = new Comer(place);
			Comer going = new Comer(place);
			Comer staying = new Comer(place);
			AtomicBoolean gone = new AtomicBoolean();
			place.limiter.tryAcquire(holder, new Gate.Grants());
			going.come();
			staying.come();
			together(() -> place.release(holder), () -> gone.set(place.limiter.withdraw(going, new Gate.Grants())));
			must(going.grants == (gone.get() ? 0 : 1), "it was granted, or has gone");
			must(staying.grants == 1, "the next one had its turn");
			place.checkUnused();
		});
	}

	@Test
	@Tag("long")
	@DisplayName("8.2 a limit that is raised against a release lets all run who can")
	void raiseAgainstRelease() {
		explore(100, () -> {
			Place place = new Place(1);
			Comer holder = new Comer(place);
			Comer first = new Comer(place).staying();
			Comer second = new Comer(place).staying();
			place.limiter.tryAcquire(holder, new Gate.Grants());
			first.come();
			second.come();
			place.most = 2;
			together(() -> place.release(holder), () -> place.limiter.limit(2));
			must(first.grants == 1 && second.grants == 1, "both run");
			must(place.limiter.inUse() == 2 && place.limiter.waiting() == 0, "two permits are in use");
		});
	}

	@Test
	@Tag("long")
	@DisplayName("8.2 a limit that is lowered against releases hands nothing out above it")
	void lowerAgainstRelease() {
		explore(100, () -> {
			Place place = new Place(2);
			Comer holder = new Comer(place);
			Comer other = new Comer(place);
			Comer waiting = new Comer(place).staying();
			place.limiter.tryAcquire(holder, new Gate.Grants());
			place.limiter.tryAcquire(other, new Gate.Grants());
			waiting.come();
			together(() -> place.limiter.limit(1), () -> {
				place.release(holder);
				place.release(other);
			});
			must(waiting.grants == 1, "who waited had its turn");
			must(place.limiter.inUse() == 1 && !place.limiter.tryAcquire(holder, new Gate.Grants()),
					"one permit is in use, and no more");
		});
	}

	@Test
	@DisplayName("8.2 who waits comes before who comes just as the permit is free")
	void firstComeFirstServed() {
		explore(100, () -> {
			Place place = new Place(1);
			Comer holder = new Comer(place);
			Comer first = new Comer(place);
			Comer second = new Comer(place);
			place.limiter.tryAcquire(holder, new Gate.Grants());
			first.come();
			together(() -> place.release(holder), second::come);
			must(first.turn == 1 && second.turn == 2, "they had their turns in the order in which they came");
			place.checkUnused();
		});
	}

	@Test
	@DisplayName("8.3 what is lent out while its holder waits is taken back, whoever comes meanwhile")
	void lending() {
		explore(133, () -> {
			Place place = new Place(1);
			Comer lender = new Comer(place);
			Comer first = new Comer(place);
			Comer second = new Comer(place);
			place.limiter.tryAcquire(lender, new Gate.Grants());
			together(() -> {
				place.lend();
				must(!place.limiter.takeBack(), "it was not interrupted");
				lender.enter();
				place.release(lender);
			}, first::come, second::come);
			must(first.grants == 1 && second.grants == 1, "each had its turn once");
			place.checkUnused();
		});
	}

	@Test
	@Tag("long")
	@DisplayName("8.3 who takes back what it lent comes ahead of newcomers")
	void aheadOfNewcomers() {
		explore(100, () -> {
			Place place = new Place(1);
			Comer lender = new Comer(place);
			Comer holder = new Comer(place);
			Comer newcomer = new Comer(place);
			place.limiter.tryAcquire(holder, new Gate.Grants());
			newcomer.come();
			AtomicBoolean waited = new AtomicBoolean();
			together(() -> {
				place.limiter.takeBack();
				lender.enter();
				place.release(lender);
			}, () -> {
				waited.set(place.limiter.waiting() == 2);
				place.release(holder);
			});
			must(!waited.get() || lender.turn == 1, "it had its turn first");
			must(newcomer.grants == 1, "the newcomer had its turn");
			place.checkUnused();
		});
	}

	@Test
	@Tag("long")
	@DisplayName("8.3 a thread that is interrupted while it takes a permit back has it, and knows of the interrupt")
	void interruptedWhileTakingBack() {
		explore(100, () -> {
			Place place = new Place(1);
			Comer lender = new Comer(place);
			Comer holder = new Comer(place);
			place.limiter.tryAcquire(holder, new Gate.Grants());
			together(() -> {
				Thread.currentThread().interrupt();
				boolean told = place.limiter.takeBack();
				must(told != Thread.interrupted(), "the interrupt is told, or still pending");
				lender.enter();
				place.release(lender);
			}, () -> place.release(holder));
			place.checkUnused();
		});
	}

	@Test
	@Tag("long")
	@DisplayName("8.2 a promised permit that is given up as it comes is not lost")
	void promisedPermit() {
		explore(66, () -> {
			Place place = new Place(1);
			Comer holder = new Comer(place);
			place.limiter.tryAcquire(holder, new Gate.Grants());
			CompletableFuture<TaskLimiter.Permit> promised = place.limiter.acquire();
			together(() -> place.release(holder), () -> promised.cancel(false));
			if (!promised.isCancelled()) {
				promised.resultNow().release(TaskState.SUCCESS);
			}
			place.checkUnused();
		});
	}

	@Test
	@Tag("long")
	@DisplayName("3.7 a task that would have to wait for a permit is CANCELLED if its group is cancelled as it is forked")
	void forkAgainstCancel() {
		explore(13, () -> {
			Place place = new Place(1);
			Comer holder = new Comer(place);
			place.limiter.tryAcquire(holder, new Gate.Grants());
			Supervisor supervisor = Interleavings.supervisor(place.limiter);
			together(() -> {
				TaskHandle<String> handle = supervisor.fork(() -> "value");
				handle.awaitDone();
				must(handle.state() == TaskState.CANCELLED, "it never ran");
			}, supervisor::cancel);
			must(supervisor.members().isEmpty(), "nobody is left");
			place.release(holder);
			place.checkUnused();
		});
	}

	@Test
	@Tag("long")
	@DisplayName("8.1 a task cancelled on its way from one limiter to the next gives back what it has")
	void cancelBetweenLimiters() {
		explore(13, () -> {
			Place one = new Place(1);
			Place two = new Place(1);
			Comer holdsOne = new Comer(one);
			Comer holdsTwo = new Comer(two);
			one.limiter.tryAcquire(holdsOne, new Gate.Grants());
			two.limiter.tryAcquire(holdsTwo, new Gate.Grants());
			Supervisor supervisor = Interleavings.supervisor(one.limiter, two.limiter);
			TaskHandle<String> handle = supervisor.fork(() -> "value");
			together(() -> one.release(holdsOne), handle::cancel);
			must(handle.state() == TaskState.CANCELLED, "it never ran");
			two.release(holdsTwo);
			one.checkUnused();
			two.checkUnused();
		});
	}

	@Test
	@Tag("long")
	@DisplayName("8.2 a task that gets its permit as it is cancelled runs, or does not, and the permit is free again")
	void handOverAgainstCancel() {
		explore(5, () -> {
			Place place = new Place(1);
			Comer holder = new Comer(place);
			place.limiter.tryAcquire(holder, new Gate.Grants());
			Supervisor supervisor = Interleavings.supervisor(place.limiter);
			AtomicBoolean ran = new AtomicBoolean();
			TaskHandle<String> handle = supervisor.fork(() -> {
				ran.set(true);
				return "value";
			});
			together(() -> place.release(holder), handle::cancel);
			supervisor.join();
			must(handle.state() == (ran.get() ? TaskState.SUCCESS : TaskState.CANCELLED), "it ran, or was cancelled");
			place.checkUnused();
		});
	}

	/** A limiter, and how many are inside. */
	private static final class Place {

		private final FifoLimiter limiter;

		private final AtomicInteger inside = new AtomicInteger();

		private final AtomicInteger turns = new AtomicInteger();

		private volatile int most;

		Place(int limit) {
			this.limiter = new FifoLimiter(limit);
			this.most = limit;
		}

		void release(Comer comer) {
			Gate.Grants grants = new Gate.Grants();
			this.limiter.release(comer, TaskState.SUCCESS, grants);
			grants.tellAll();
		}

		void lend() {
			Gate.Grants grants = new Gate.Grants();
			this.limiter.lend(grants);
			grants.tellAll();
		}

		void checkUnused() {
			must(this.limiter.inUse() == 0, "no permit is in use");
			must(this.limiter.waiting() == 0, "nobody waits");
		}

	}

	/** Somebody who wants to be inside for a moment. */
	private static final class Comer extends Gate.Applicant {

		private final Place place;

		private int grants;

		private int turn;

		private boolean stays;

		Comer(Place place) {
			this.place = place;
		}

		/** Keeps its permit. */
		Comer staying() {
			this.stays = true;
			return this;
		}

		void come() {
			if (this.place.limiter.acquire(this, new Gate.Grants())) {
				this.grants++;
				enter();
				if (!this.stays) {
					this.place.release(this);
				}
			}
		}

		void enter() {
			this.turn = this.place.turns.incrementAndGet();
			must(this.place.inside.incrementAndGet() <= this.place.most, "the limit is not exceeded");
			must(this.place.limiter.inUse() > 0, "the permit is counted");
			if (!this.stays) {
				this.place.inside.decrementAndGet();
			}
		}

		@Override
		void granted(Gate.Grants grants) {
			this.grants++;
			enter();
			if (!this.stays) {
				this.place.limiter.release(this, TaskState.SUCCESS, grants);
			}
		}

	}

}
