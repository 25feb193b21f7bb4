package io.taskgroup.autoconfigure.metrics;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Reads a query, token by token.
 */
final class PromQlParser {

	private static final Pattern TOKEN = Pattern.compile("""
			(?<duration>(?:\\d+(?:ms|[smhdwy]))+)(?!\\w)\
			|(?<number>\\d+(?:\\.\\d+)?)(?![\\w.])\
			|(?<name>[a-zA-Z_]\\w*+)(?!:)\
			|"(?<string>[^"\\\\\\n]*)"\
			|(?<variable>\\$\\w+|\\$\\{\\w+})\
			|(?<symbol>=~|!~|==|!=|<=|>=|[-+*/<>=(){}\\[\\],])""");

	private static final Set<String> AGGREGATIONS = Set.of("sum", "avg", "min", "max", "count");

	/** From what binds least to what binds most. */
	private static final List<Set<String>> OPERATORS = List.of(Set.of("or"), Set.of("and", "unless"),
			Set.of("==", "!=", "<", "<=", ">", ">="), Set.of("+", "-"), Set.of("*", "/"));

	/** Words that cannot be a metric's name: those of the parts that are not read. */
	private static final Set<String> WORDS = Set.of("or", "and", "unless", "by", "without", "offset", "bool", "on",
			"ignoring", "group_left", "group_right", "atan2", "inf", "nan");

	private final String query;

	private final List<Token> tokens;

	private int next;

	PromQlParser(String query) {
		this.query = query;
		this.tokens = tokens(query);
	}

	private static List<Token> tokens(String query) {
		List<Token> tokens = new ArrayList<>();
		Matcher matcher = TOKEN.matcher(query);
		int position = 0;
		while (position < query.length()) {
			if (Character.isWhitespace(query.charAt(position))) {
				position++;
				continue;
			}
			matcher.region(position, query.length()).useTransparentBounds(true);
			if (!matcher.lookingAt()) {
				throw refused(query, position);
			}
			for (Kind kind : Kind.values()) {
				String text = matcher.group(kind.name().toLowerCase(Locale.ROOT));
				if (text != null) {
					tokens.add(new Token(kind, text, position));
				}
			}
			position = matcher.end();
		}
		return tokens;
	}

	private static IllegalArgumentException refused(String query, int position) {
		return new IllegalArgumentException("not understood: '" + query.substring(position) + "' in " + query);
	}

	private IllegalArgumentException refused() {
		Token token = peek();
		return refused(this.query, (token != null) ? token.position() : this.query.length());
	}

	PromQl parse() {
		PromQl whole = operation(0);
		if (peek() != null) {
			throw refused();
		}
		return whole;
	}

	/** All these operators group from the left. */
	private PromQl operation(int level) {
		if (level == OPERATORS.size()) {
			return operand();
		}
		PromQl left = operation(level + 1);
		for (Token token = peek(); token != null && token.isAnyOf(OPERATORS.get(level)); token = peek()) {
			this.next++;
			left = new PromQl.Operation(token.text(), left, operation(level + 1));
		}
		return left;
	}

	private PromQl operand() {
		if (skip("(")) {
			PromQl inner = operation(0);
			expect(")");
			return inner;
		}
		Token token = peek();
		if (token == null) {
			throw refused();
		}
		if (token.kind() == Kind.NUMBER) {
			return new PromQl.Scalar(Double.parseDouble(take(Kind.NUMBER)));
		}
		if (WORDS.contains(token.text())) {
			throw refused();
		}
		String name = take(Kind.NAME);
		if (AGGREGATIONS.contains(name)) {
			return aggregation(name);
		}
		return skip("(") ? new PromQl.Call(name, arguments()) : selector(name);
	}

	private List<PromQl> arguments() {
		List<PromQl> arguments = new ArrayList<>();
		do {
			arguments.add(operation(0));
		}
		while (skip(","));
		expect(")");
		return arguments;
	}

	private PromQl aggregation(String operator) {
		boolean without = skip("without");
		Set<String> labels = (without || skip("by")) ? labels() : Set.of();
		expect("(");
		PromQl of = operation(0);
		expect(")");
		return new PromQl.Aggregation(operator, without, labels, of);
	}

	private Set<String> labels() {
		expect("(");
		Set<String> labels = new LinkedHashSet<>();
		do {
			labels.add(take(Kind.NAME));
		}
		while (skip(","));
		expect(")");
		return labels;
	}

	private PromQl selector(String metric) {
		List<PromQl.Matcher> matchers = new ArrayList<>();
		if (skip("{")) {
			do {
				matchers.add(matcher());
			}
			while (skip(","));
			expect("}");
		}
		String range = null;
		if (skip("[")) {
			range = duration();
			expect("]");
		}
		if (skip("offset")) {
			duration();
		}
		return new PromQl.Selector(metric, matchers, range);
	}

	private PromQl.Matcher matcher() {
		String label = take(Kind.NAME);
		Token operator = peek();
		if (operator == null || !operator.isAnyOf(Set.of("=", "!=", "=~", "!~"))) {
			throw refused();
		}
		this.next++;
		return new PromQl.Matcher(label, operator.text(), take(Kind.STRING));
	}

	private String duration() {
		Token token = peek();
		return take((token != null && token.kind() == Kind.VARIABLE) ? Kind.VARIABLE : Kind.DURATION);
	}

	private @Nullable Token peek() {
		return (this.next < this.tokens.size()) ? this.tokens.get(this.next) : null;
	}

	private String take(Kind kind) {
		Token token = peek();
		if (token == null || token.kind() != kind) {
			throw refused();
		}
		this.next++;
		return token.text();
	}

	private boolean skip(String text) {
		Token token = peek();
		boolean there = token != null && token.isAnyOf(Set.of(text));
		this.next += there ? 1 : 0;
		return there;
	}

	private void expect(String text) {
		if (!skip(text)) {
			throw refused();
		}
	}

	/** Named like the groups of the pattern. */
	private enum Kind {

		DURATION, NUMBER, NAME, STRING, VARIABLE, SYMBOL

	}

	/**
	 * A piece of a query.
	 *
	 * @param kind what it is
	 * @param text what it says
	 * @param position where it begins
	 */
	private record Token(Kind kind, String text, int position) {

		boolean isAnyOf(Set<String> texts) {
			return (this.kind == Kind.SYMBOL || this.kind == Kind.NAME) && texts.contains(this.text);
		}

	}

}
