package io.taskgroup;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * What groups start from: the defaults, the settings that may change, and the settings of
 * a name, one on top of the other.
 */
final class SpecsByName {

	private static final int MANY_NAMES = 4096;

	private final Spec defaults;

	private final List<TaskGroupSettings> moving;

	private final Map<String, OfName> byName = new HashMap<>();

	/** The defaults for names without settings, as far as they are kept. */
	private final Map<String, Spec> others = new ConcurrentHashMap<>();

	SpecsByName(Spec defaults, List<TaskGroupSettings> moving, Map<String, List<UnaryOperator<TaskGroupSpec>>> byName) {
		this.defaults = defaults;
		this.moving = List.copyOf(moving);
		byName.forEach((name, settings) -> {
			OfName ofName = new OfName(defaults.named(name), List.copyOf(settings));
			// a mistake in the settings is to be told when the factory is made
			ofName.refined(ofName.base);
			this.byName.put(name, ofName);
		});
	}

	/** What groups of the name start from now. */
	Spec of(String name) {
		OfName known = this.byName.get(name);
		Spec base = (known != null) ? known.base : base(name);
		Spec moved = moved(name, base);
		return (known != null) ? known.refined(moved) : moved;
	}

	private Spec base(String name) {
		Spec known = this.others.get(name);
		if (known == null) {
			known = this.defaults.named(Names.ofGroup(name));
			if (this.others.size() < MANY_NAMES) {
				Spec before = this.others.putIfAbsent(name, known);
				return (before != null) ? before : known;
			}
		}
		return known;
	}

	private Spec moved(String name, Spec base) {
		TaskGroupSpec spec = base;
		for (TaskGroupSettings settings : this.moving) {
			spec = settings.refine(name, spec);
		}
		return checked(base, spec);
	}

	static Spec refine(Spec base, List<UnaryOperator<TaskGroupSpec>> settings) {
		TaskGroupSpec spec = base;
		for (UnaryOperator<TaskGroupSpec> setting : settings) {
			spec = setting.apply(spec);
		}
		return checked(base, spec);
	}

	private static Spec checked(Spec base, TaskGroupSpec spec) {
		if (spec instanceof Spec refined && refined.factory() == base.factory() && refined.name().equals(base.name())) {
			return refined;
		}
		throw new IllegalArgumentException(
				"the settings of '" + base.name() + "' must return the spec they were given, refined");
	}

	/** The settings of one name, and what they last came to. */
	private static final class OfName {

		private final Spec base;

		private final List<UnaryOperator<TaskGroupSpec>> settings;

		private volatile @Nullable Refined last;

		OfName(Spec base, List<UnaryOperator<TaskGroupSpec>> settings) {
			this.base = base;
			this.settings = settings;
		}

		Spec refined(Spec from) {
			Refined known = this.last;
			if (known == null || known.from() != from) {
				known = new Refined(from, refine(from, this.settings));
				this.last = known;
			}
			return known.to();
		}

	}

	/**
	 * What settings made of a spec.
	 *
	 * @param from the spec
	 * @param to what they made of it
	 */
	private record Refined(Spec from, Spec to) {
	}

}
