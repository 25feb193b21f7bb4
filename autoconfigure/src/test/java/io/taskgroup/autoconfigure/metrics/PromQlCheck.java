package io.taskgroup.autoconfigure.metrics;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Holds queries to a scrape: metrics, labels and values of labels have to be there, what
 * is put together has to have the same labels, and rates are of counters only.
 */
final class PromQlCheck {

	/** The labels that Prometheus adds to what it reads. */
	private static final Set<String> TARGET = Set.of("job", "instance");

	private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+)|\\$\\{(\\w+)}");

	private static final Pattern LITERALS = Pattern.compile("[\\w|-]+");

	private final Scrape scrape;

	private final Map<String, String> variables;

	/**
	 * Creates a check.
	 * @param scrape what there is
	 * @param variables the variables that a query may have, each with the label whose
	 * values it has
	 */
	PromQlCheck(Scrape scrape, Map<String, String> variables) {
		this.scrape = scrape;
		this.variables = variables;
	}

	/**
	 * Checks a query.
	 * @param query the query
	 * @return the labels of its result
	 * @throws IllegalArgumentException if something is wrong with it
	 */
	Set<String> labelsOf(String query) {
		try {
			Shape shape = shapeOf(PromQl.parse(query));
			require(shape.kind() == Kind.VECTOR, "no series come of it");
			return shape.labels();
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(ex.getMessage() + "\nin the query " + query, ex);
		}
	}

	private Shape shapeOf(PromQl query) {
		return switch (query) {
			case PromQl.Scalar scalar -> new Shape(Kind.SCALAR, Set.of());
			case PromQl.Selector selector -> selector(selector);
			case PromQl.Call call -> call(call);
			case PromQl.Aggregation aggregation -> aggregation(aggregation);
			case PromQl.Operation operation -> operation(operation);
		};
	}

	private Shape selector(PromQl.Selector selector) {
		String metric = selector.metric();
		require(this.scrape.has(metric), "there is no metric " + metric);
		Set<String> labels = new TreeSet<>(this.scrape.labels(metric));
		labels.addAll(TARGET);
		for (PromQl.Matcher matcher : selector.matchers()) {
			require(labels.contains(matcher.label()), metric + " has no label " + matcher.label());
			match(metric, matcher);
		}
		boolean counter = this.scrape.isCounter(metric);
		String range = selector.range();
		if (range == null) {
			require(!counter, metric + " is a counter, of which only a rate says something");
			return new Shape(Kind.VECTOR, labels);
		}
		require(!range.startsWith("$") || range.equals("$__rate_interval"), range + " is no range of time");
		return new Shape(counter ? Kind.COUNTERS : Kind.GAUGES, labels);
	}

	private void match(String metric, PromQl.Matcher matcher) {
		String label = matcher.label();
		String value = matcher.value();
		boolean pattern = matcher.operator().endsWith("~");
		var variable = VARIABLE.matcher(value);
		if (variable.matches()) {
			String name = (variable.group(1) != null) ? variable.group(1) : variable.group(2);
			require(label.equals(this.variables.get(name)), "$" + name + " has no values of the label " + label);
			require(pattern, "$" + name + " may have several values, and needs =~ or !~");
			return;
		}
		require(!TARGET.contains(label), "nobody knows the values of " + label);
		Set<String> values = this.scrape.values(metric, label);
		require(!pattern || LITERALS.matcher(value).matches(), "'" + value + "' is no list of values");
		for (String one : pattern ? List.of(value.split("\\|", -1)) : List.of(value)) {
			require(values.contains(one),
					"the label " + label + " of " + metric + " is never '" + one + "', but one of " + values);
		}
	}

	private Shape call(PromQl.Call call) {
		List<Shape> arguments = call.arguments().stream().map(this::shapeOf).toList();
		List<Kind> kinds = arguments.stream().map(Shape::kind).toList();
		List<Kind> expected = switch (call.function()) {
			case "rate", "increase" -> List.of(Kind.COUNTERS);
			case "avg_over_time", "min_over_time", "max_over_time" -> List.of(Kind.GAUGES);
			case "clamp_min" -> List.of(Kind.VECTOR, Kind.SCALAR);
			case "histogram_quantile" -> List.of(Kind.SCALAR, Kind.VECTOR);
			case "vector" -> List.of(Kind.SCALAR);
			default -> throw new IllegalArgumentException("not understood: the function " + call.function());
		};
		require(kinds.equals(expected), call.function() + " takes " + expected + ", not " + kinds);
		Set<String> labels = new TreeSet<>();
		arguments.forEach((argument) -> labels.addAll(argument.labels()));
		if (call.function().equals("histogram_quantile")) {
			require(labels.remove("le"), "histogram_quantile needs the label le");
		}
		return new Shape(Kind.VECTOR, labels);
	}

	private Shape aggregation(PromQl.Aggregation aggregation) {
		Shape of = shapeOf(aggregation.of());
		require(of.kind() == Kind.VECTOR, aggregation.operator() + " takes a vector");
		require(of.labels().containsAll(aggregation.labels()),
				aggregation.labels() + " are not all among the labels " + of.labels());
		if (!aggregation.without()) {
			return new Shape(Kind.VECTOR, aggregation.labels());
		}
		Set<String> labels = new TreeSet<>(of.labels());
		labels.removeAll(aggregation.labels());
		return new Shape(Kind.VECTOR, labels);
	}

	/** Series find each other by all their labels. */
	private Shape operation(PromQl.Operation operation) {
		Shape left = shapeOf(operation.left());
		Shape right = shapeOf(operation.right());
		boolean vectors = left.kind() == Kind.VECTOR && right.kind() == Kind.VECTOR;
		require(left.isValue() && right.isValue(), operation.operator() + " takes no ranges");
		require(vectors || !Set.of("or", "and", "unless").contains(operation.operator()),
				operation.operator() + " takes two vectors");
		if (vectors) {
			require(left.labels().equals(right.labels()),
					"the labels " + left.labels() + " never match " + right.labels());
		}
		return (left.kind() == Kind.VECTOR) ? left : right;
	}

	private static void require(boolean condition, String message) {
		if (!condition) {
			throw new IllegalArgumentException(message);
		}
	}

	private enum Kind {

		SCALAR, VECTOR, COUNTERS, GAUGES

	}

	/**
	 * What a part of a query results in.
	 *
	 * @param kind what it is
	 * @param labels the labels of its series
	 */
	private record Shape(Kind kind, Set<String> labels) {

		boolean isValue() {
			return this.kind == Kind.SCALAR || this.kind == Kind.VECTOR;
		}

	}

}
