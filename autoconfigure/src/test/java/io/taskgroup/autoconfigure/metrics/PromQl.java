package io.taskgroup.autoconfigure.metrics;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A query in PromQL. This is the part of the language that the dashboard and the alert
 * rules are written in; whatever else there is, is refused.
 */
sealed interface PromQl {

	/**
	 * Reads a query.
	 * @param query the query
	 * @return what it consists of
	 * @throws IllegalArgumentException if there is anything in it that is not understood
	 */
	static PromQl parse(String query) {
		return new PromQlParser(query).parse();
	}

	/**
	 * A number.
	 *
	 * @param value the number
	 */
	record Scalar(double value) implements PromQl {
	}

	/**
	 * Time series, at an instant or over a range.
	 *
	 * @param metric their name
	 * @param matchers which of them
	 * @param range the duration in brackets, which may be a variable, or null
	 */
	record Selector(String metric, List<Matcher> matchers, @Nullable String range) implements PromQl {
	}

	/**
	 * What stands in braces.
	 *
	 * @param label the name of a label
	 * @param operator {@code =}, {@code !=}, {@code =~} or {@code !~}
	 * @param value a value, a regular expression or a variable
	 */
	record Matcher(String label, String operator, String value) {
	}

	/**
	 * A call of a function.
	 *
	 * @param function its name
	 * @param arguments its arguments
	 */
	record Call(String function, List<PromQl> arguments) implements PromQl {
	}

	/**
	 * Some series made of many.
	 *
	 * @param operator how they are put together
	 * @param without whether the labels are those to drop, not those to keep
	 * @param labels the labels
	 * @param of what is put together
	 */
	record Aggregation(String operator, boolean without, Set<String> labels, PromQl of) implements PromQl {
	}

	/**
	 * An operator with two sides.
	 *
	 * @param operator the operator
	 * @param left what stands before it
	 * @param right what stands behind it
	 */
	record Operation(String operator, PromQl left, PromQl right) implements PromQl {
	}

}
