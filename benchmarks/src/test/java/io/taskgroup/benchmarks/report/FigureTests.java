package io.taskgroup.benchmarks.report;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How figures are compared and shown.
 */
class FigureTests {

	private static final Offset<Double> EXACTLY = Offset.offset(1e-9);

	@Test
	@DisplayName("the error of a ratio is made of both errors")
	void ratio() {
		Figure ratio = new Figure(50, 1.5).over(new Figure(100, 4));
		assertThat(ratio.value()).isEqualTo(0.5, EXACTLY);
		assertThat(ratio.error()).isEqualTo(0.5 * 0.05, EXACTLY);
	}

	@Test
	@DisplayName("the error of a difference is made of both errors")
	void difference() {
		Figure difference = new Figure(50, 3).minus(new Figure(100, 4));
		assertThat(difference).isEqualTo(new Figure(-50, 5));
	}

	@Test
	@DisplayName("what is divided by a number has its error divided, too")
	void quotient() {
		assertThat(new Figure(3000, 30).dividedBy(10)).isEqualTo(new Figure(300, 3));
	}

	@Test
	@DisplayName("a figure is shown with as many digits as mean something")
	void text() {
		assertThat(new Figure(0.526, 0.014).text()).isEqualTo("0.53 ± 0.01");
		assertThat(new Figure(12.34, 1.26).text()).isEqualTo("12.3 ± 1.3");
		assertThat(new Figure(-1234.5, 99.6).text()).isEqualTo("-1,235 ± 100");
	}

	@Test
	@DisplayName("an error that nobody knows is not shown")
	void unknownError() {
		assertThat(new Figure(7, Double.NaN).text()).isEqualTo("7.00");
		assertThat(new Figure(7, Double.NaN).over(new Figure(2, 1)).text()).isEqualTo("3.50");
	}

}
