package io.taskgroup.autoconfigure.metrics;

import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * That the check of queries finds what is wrong with them.
 */
class PromQlCheckTests {

	private static final Scrape SCRAPE = Scrape.parse("""
			# HELP taskgroup_cancellations_total Cancellations of groups, and of single tasks.
			# TYPE taskgroup_cancellations_total counter
			taskgroup_cancellations_total{group="page",reason="disconnect"} 1.0
			taskgroup_cancellations_total{group="page",reason="failure"} 2.0
			# HELP taskgroup_groups_active Groups that are open now.
			# TYPE taskgroup_groups_active gauge
			taskgroup_groups_active{group="page"} 0.0
			# HELP taskgroup_groups_seconds How long groups were open.
			# TYPE taskgroup_groups_seconds histogram
			taskgroup_groups_seconds_bucket{group="page",outcome="success",le="0.1"} 3
			taskgroup_groups_seconds_bucket{group="page",outcome="success",le="+Inf"} 3
			taskgroup_groups_seconds_count{group="page",outcome="success"} 3
			taskgroup_groups_seconds_sum{group="page",outcome="success"} 0.1
			taskgroup_groups_seconds_count{group="a \\"b\\", c=d}",outcome="error"} 1
			taskgroup_groups_seconds_sum{group="a \\"b\\", c=d}",outcome="error"} 1.0E-4
			# HELP taskgroup_groups_seconds_max How long groups were open.
			# TYPE taskgroup_groups_seconds_max gauge
			taskgroup_groups_seconds_max{group="page",outcome="success"} 0.05
			# TYPE up gauge
			up 1.0
			""");

	private final PromQlCheck check = new PromQlCheck(SCRAPE,
			Map.of("job", "job", "instance", "instance", "group", "group"));

	@ParameterizedTest
	@CsvSource(delimiter = ';',
			textBlock = """
					taskgroup_groups_active                                                          ; group, instance, job
					sum(up)                                                                          ;
					sum by (group) (taskgroup_groups_active{job=~"$job", group=~"${group}"})         ; group
					max without (outcome) (taskgroup_groups_seconds_max)                             ; group, instance, job
					rate(taskgroup_cancellations_total{reason!="failure"}[$__rate_interval])         ; group, instance, job, reason
					rate(taskgroup_groups_seconds_count{outcome=~"success|error"}[5m] offset 1h)     ; group, instance, job, outcome
					max_over_time(taskgroup_groups_active{group!~"page"}[1h30m]) >= 2                ; group, instance, job
					avg_over_time(taskgroup_groups_active[10m]) > 0.5 + 2 * taskgroup_groups_active  ; group, instance, job
					(sum(up) or vector(0)) / (sum(up) > 0)                                           ;
					histogram_quantile(0.99, sum by (le) (rate(taskgroup_groups_seconds_bucket[5m]))) ;
					""")
	@DisplayName("labels of a result are those that are left")
	void right(String query, String labels) {
		String[] expected = (labels != null) ? labels.split(", ") : new String[0];
		assertThat(this.check.labelsOf(query)).containsExactlyInAnyOrder(expected);
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', textBlock = """
			taskgroup_group_active                                       ; no metric taskgroup_group_active
			rate(taskgroup_groups_secnds_count[5m])                      ; no metric taskgroup_groups_secnds_count
			rate(taskgroup_groups_seconds[5m])                           ; no metric taskgroup_groups_seconds
			rate(taskgroup_cancellations[5m])                            ; no metric taskgroup_cancellations
			taskgroup_groups_active{grup="page"}                         ; has no label grup
			taskgroup_groups_active{outcome="success"}                   ; has no label outcome
			taskgroup_groups_active{application="shop"}                  ; has no label application
			sum by (outcome) (taskgroup_groups_active)                   ; not all among the labels
			sum by (grup) (taskgroup_groups_active)                      ; not all among the labels
			sum without (grup) (taskgroup_groups_active)                 ; not all among the labels
			sum by (group) (sum by (job) (taskgroup_groups_active))      ; not all among the labels
			""")
	@DisplayName("a metric and a label that do not exist are found")
	void names(String query, String message) {
		assertRefused(query, message);
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', textBlock = """
			taskgroup_groups_active{group="pgae"}                        ; never 'pgae'
			taskgroup_groups_active{group!="pgae"}                       ; never 'pgae'
			rate(taskgroup_groups_seconds_count{outcome="eror"}[5m])     ; never 'eror'
			rate(taskgroup_groups_seconds_count{outcome="timeout"}[5m])  ; never 'timeout'
			rate(taskgroup_groups_seconds_count{outcome=~"error|"}[5m])  ; never ''
			rate(taskgroup_groups_seconds_count{outcome!~"error|timout"}[5m]) ; never 'timout'
			rate(taskgroup_groups_seconds_count{outcome=~"err.*"}[5m])   ; no list of values
			rate(taskgroup_cancellations_total{reason="disconnected"}[5m]) ; never 'disconnected'
			taskgroup_groups_active{job="shop"}                          ; nobody knows the values of job
			taskgroup_groups_active{group=~"$grup"}                      ; $grup has no values of the label group
			taskgroup_groups_active{group=~"$job"}                       ; $job has no values of the label group
			taskgroup_groups_active{group="$group"}                      ; needs =~
			rate(taskgroup_cancellations_total[$__rate])                 ; $__rate is no range
			""")
	@DisplayName("a value that never occurs, and a variable of another label, are found")
	void values(String query, String message) {
		assertRefused(query, message);
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', textBlock = """
			sum(taskgroup_cancellations_total)                           ; is a counter
			taskgroup_groups_seconds_sum / taskgroup_groups_seconds_count ; is a counter
			rate(taskgroup_groups_active[5m])                            ; rate takes [COUNTERS]
			rate(taskgroup_groups_seconds_max[5m])                       ; rate takes [COUNTERS]
			rate(taskgroup_groups_seconds_count)                         ; is a counter
			avg_over_time(taskgroup_groups_seconds_count[5m])            ; avg_over_time takes [GAUGES]
			avg_over_time(taskgroup_groups_active)                       ; avg_over_time takes [GAUGES]
			taskgroup_groups_active[5m]                                  ; no series
			1 + 1                                                        ; no series
			sum(taskgroup_groups_active[5m])                             ; sum takes a vector
			taskgroup_groups_active[5m] > 1                              ; takes no ranges
			taskgroup_groups_active or 0                                 ; takes two vectors
			histogram_quantile(0.9, rate(taskgroup_groups_seconds_count[5m])) ; needs the label le
			rate(taskgroup_groups_seconds_count[5m]) / taskgroup_groups_active ; never match
			sum by (group) (taskgroup_groups_active) and taskgroup_groups_active ; never match
			""")
	@DisplayName("what makes no sense is found")
	void sense(String query, String message) {
		assertRefused(query, message);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "", "up +", "up up", "(up", "up)", "sum(up) by (job)", "sum by () (up)", "sum by (job,) (up)",
					"sum(up, up)", "topk(3, up)", "up == bool 1", "up + on (job) up", "up + ignoring (job) up", "-up",
					"up ^ 2", "up % 2", "up @ 0", "up[5m:1m]", "up{}", "up{job}", "up{job=x}", "up{job='x'}",
					"up{job=\"a\\\\b\"}", "{job=\"x\"}", "up[5]", "up[5x]", "up offset 5", "rate(up[5m])[5m]", "\"up\"",
					"ns:up", "up # comment", "1e3 * up", "$metric", "vector(1", "by", "on", "up; up", "deriv(up[5m])" })
	@DisplayName("what is not understood is refused")
	void notUnderstood(String query) {
		assertRefused(query, "not understood");
	}

	@Test
	@DisplayName("what stands in a string is no name, and what is in quotes of a scrape is no label")
	void strings() {
		assertThat(SCRAPE.values("taskgroup_groups_seconds_count", "group")).containsExactlyInAnyOrder("page",
				"a \\\"b\\\", c=d}");
		assertRefused("taskgroup_groups_active{group=\"sum(up) by (x)\"}", "never 'sum(up) by (x)'");
	}

	@Test
	@DisplayName("without histograms there are no buckets, and all else is there")
	void buckets() {
		PromQlCheck plain = new PromQlCheck(SCRAPE.withoutBuckets(), Map.of());
		assertThatIllegalArgumentException()
			.isThrownBy(() -> plain.labelsOf("rate(taskgroup_groups_seconds_bucket[5m])"))
			.withMessageContaining("no metric taskgroup_groups_seconds_bucket");
		assertThat(plain.labelsOf("rate(taskgroup_groups_seconds_count[5m])")).contains("outcome");
	}

	@Test
	@DisplayName("operators bind as in Prometheus, and group from the left")
	void precedence() {
		PromQl one = new PromQl.Scalar(1);
		PromQl two = new PromQl.Scalar(2);
		PromQl three = new PromQl.Scalar(3);
		assertThat(PromQl.parse("1 - 2 - 3"))
			.isEqualTo(new PromQl.Operation("-", new PromQl.Operation("-", one, two), three));
		assertThat(PromQl.parse("1 + 2 * 3"))
			.isEqualTo(new PromQl.Operation("+", one, new PromQl.Operation("*", two, three)));
		assertThat(PromQl.parse("1 > 2 + 3"))
			.isEqualTo(new PromQl.Operation(">", one, new PromQl.Operation("+", two, three)));
		assertThat(PromQl.parse("1 or 2 and 3"))
			.isEqualTo(new PromQl.Operation("or", one, new PromQl.Operation("and", two, three)));
		assertThat(PromQl.parse("(1 or 2) and 3"))
			.isEqualTo(new PromQl.Operation("and", new PromQl.Operation("or", one, two), three));
	}

	private void assertRefused(String query, String message) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.check.labelsOf(query))
			.withMessageContaining(message)
			.withMessageContaining("in the query " + query);
	}

}
