package io.taskgroup.benchmarks.report;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said of the machine.
 */
class MachineTests {

	@Test
	@DisplayName("a machine is described by all that counts")
	void text() {
		Machine machine = new Machine("Some CPU @ 3 GHz", 2, 25_000_000_000L, "Some VM 25+36", "Linux 6");
		assertThat(machine.text())
			.isEqualTo("Some VM 25+36, on 2 cores of Some CPU @ 3 GHz with 25 GB of memory, Linux 6");
	}

	@Test
	@DisplayName("this machine can be described")
	void current() {
		Machine machine = Machine.current();
		assertThat(machine.processor()).isNotBlank();
		assertThat(machine.cores()).isEqualTo(Runtime.getRuntime().availableProcessors());
		assertThat(machine.memory()).isPositive();
		assertThat(machine.system()).matches("\\D+ [\\d.]+");
		assertThat(machine.java()).contains(Runtime.version().toString());
	}

}
