package io.taskgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A scope that threads enter, and that ends.
 * <p>
 * {@link #close()} sets {@code ended}, and then looks for supervisors; who opens one
 * makes it known, and then looks at {@code ended}. So none is overlooked.
 */
final class DefaultRootScope extends EnterableScope implements RootScope {

	private final long id = Handle.nextId();

	private final long createdNanos = System.nanoTime();

	private volatile Supplier<@Nullable String> name = () -> null;

	@Override
	public long id() {
		return this.id;
	}

	@Override
	public Optional<String> name() {
		return Optional.ofNullable(this.name.get());
	}

	@Override
	public void name(Supplier<@Nullable String> name) {
		this.name = Objects.requireNonNull(name, "name");
	}

	long ageNanos() {
		return System.nanoTime() - this.createdNanos;
	}

	@Override
	DefaultRootScope root() {
		return this;
	}

	@Override
	Scope homeOfSupervisors(Entry entry) {
		return this;
	}

	@Override
	public Entered enter() {
		return enter(Strand.attach(), null);
	}

	@Override
	public Entered enter(WaitProbe probe) {
		return enter(Strand.attach(), new Probing(probe, this));
	}

	private Entered enter(Strand strand, @Nullable Probing probing) {
		if (hasEnded()) {
			throw new IllegalStateException("the scope has been closed");
		}
		Entry entry = newEntry(strand);
		strand.push(entry);
		return new Visit(strand, entry, strand.probe(probing));
	}

	@Override
	public List<TaskScopeInfo> open() {
		List<TaskScopeInfo> open = new ArrayList<>();
		for (Entry entry : entries()) {
			open.addAll(entry.strand().groupsIn(entry));
		}
		open.addAll(supervisors());
		return List.copyOf(open);
	}

	@Override
	public void close() {
		for (Scope here = Strand.currentScope(); here != null; here = here.parent()) {
			if (here == this || (here instanceof Entry entry && entry.isOf(this))) {
				throw new IllegalStateException("a scope cannot be closed from inside");
			}
		}
		end();
		closeSupervisors();
	}

	/** One thread's way out. */
	private static final class Visit implements Entered {

		private final Strand strand;

		private final Entry entry;

		private final @Nullable Probing before;

		private boolean closed;

		Visit(Strand strand, Entry entry, @Nullable Probing before) {
			this.strand = strand;
			this.entry = entry;
			this.before = before;
		}

		@Override
		public boolean catches(Throwable thrown) {
			checkThread();
			boolean caught = Regions.catches(this.strand, this.entry, thrown);
			if (caught) {
				this.entry.setCaught();
			}
			return caught;
		}

		@Override
		public void close() {
			checkThread();
			if (this.closed) {
				return;
			}
			checkInnermost();
			this.closed = true;
			this.strand.probe(this.before);
			Throwable wrong = Regions.unwind(this.strand, this.entry, null);
			if (wrong != null) {
				throw Sneaky.<RuntimeException>rethrow(wrong);
			}
		}

		/** Groups that were left open can be closed; code that still runs cannot. */
		private void checkInnermost() {
			for (Scope inner = this.strand.top(); inner != this.entry; inner = inner.parent()) {
				if (inner == null || !(inner instanceof GroupScope groupScope) || groupScope.group().isLambda()) {
					throw new IllegalStateException("a scope is left after everything that was entered inside it");
				}
			}
		}

		private void checkThread() {
			if (!this.strand.isCurrentThread()) {
				throw new WrongThreadException("a scope is left by the thread that has entered it");
			}
		}

	}

}
