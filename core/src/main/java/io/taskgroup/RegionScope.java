package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * The scope of a region of code on one thread.
 */
class RegionScope extends Scope {

	private final Strand strand;

	RegionScope(Strand strand, Settings settings) {
		super(strand.top(), settings);
		this.strand = strand;
	}

	@Override
	final Strand strand() {
		return this.strand;
	}

	/** The scope that the thread is in when it leaves this one. */
	final @Nullable Scope next() {
		Scope next = parent();
		// groups of the try-with-resources form may have been joined in an inner scope
		while (next != null && next.strand() == this.strand && next.hasEnded()) {
			next = next.parent();
		}
		return next;
	}

}
