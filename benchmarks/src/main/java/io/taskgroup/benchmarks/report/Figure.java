package io.taskgroup.benchmarks.report;

import java.util.Locale;

/**
 * A figure, and how far it may be off.
 *
 * @param value the figure
 * @param error half of the interval that it is in with a probability of 99.9 %; not a
 * number if there were too few to tell
 */
public record Figure(double value, double error) {

	/**
	 * Divides it.
	 * @param divisor a number that is exact
	 * @return the quotient
	 */
	public Figure dividedBy(double divisor) {
		return new Figure(this.value / divisor, this.error / divisor);
	}

	/**
	 * Divides it by another one that has nothing to do with it, so that the squares of
	 * the relative errors add up.
	 * @param other the other one
	 * @return the ratio
	 */
	public Figure over(Figure other) {
		double ratio = this.value / other.value;
		return new Figure(ratio, Math.abs(ratio) * Math.hypot(this.error / this.value, other.error / other.value));
	}

	/**
	 * Takes another one from it that has nothing to do with it, so that the squares of
	 * the errors add up.
	 */
	Figure minus(Figure other) {
		return new Figure(this.value - other.value, Math.hypot(this.error, other.error));
	}

	/** As text, with two or three digits that mean something. */
	String text() {
		String format = "%,." + decimals() + "f";
		String value = String.format(Locale.ROOT, format, this.value);
		return Double.isNaN(this.error) ? value : value + " ± " + String.format(Locale.ROOT, format, this.error);
	}

	private int decimals() {
		double size = Math.abs(this.value);
		return (size >= 100) ? 0 : (size >= 10) ? 1 : 2;
	}

}
