package io.taskgroup;

import java.lang.System.Logger.Level;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Several {@link ContextPropagation}s as one: put in place in order, taken back in the
 * opposite order.
 */
final class ContextChain implements ContextPropagation {

	private final List<ContextPropagation> links;

	private ContextChain(List<ContextPropagation> links) {
		this.links = links;
	}

	static @Nullable ContextPropagation of(List<ContextPropagation> links) {
		return switch (links.size()) {
			case 0 -> null;
			case 1 -> links.get(0);
			default -> new ContextChain(List.copyOf(links));
		};
	}

	@Override
	public Captured capture() {
		List<Captured> captured = this.links.stream().map(ContextPropagation::capture).toList();
		return () -> restore(captured);
	}

	private static Restored restore(List<Captured> captured) {
		Restored[] restored = new Restored[captured.size()];
		int done = 0;
		try {
			for (Captured one : captured) {
				restored[done] = one.restore();
				done++;
			}
		}
		catch (RuntimeException | Error ex) {
			close(restored, done);
			throw ex;
		}
		return () -> close(restored, restored.length);
	}

	private static void close(Restored[] restored, int count) {
		for (int i = count - 1; i >= 0; i--) {
			try {
				restored[i].close();
			}
			catch (Throwable ex) {
				Log.log(Level.ERROR, "a task's context could not be taken back", ex);
			}
		}
	}

}
