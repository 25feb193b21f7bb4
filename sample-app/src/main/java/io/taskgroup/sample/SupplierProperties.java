package io.taskgroup.sample;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * How a simulated supplier behaves, and how much the storefront may ask of it.
 *
 * @param latency how long an answer takes at least
 * @param jitter how much longer it takes at most
 * @param errorRate how many of its answers are errors, from 0 to 1
 * @param maxConcurrency how many questions it may be asked at the same time, by all
 * requests together; as many as there are if not set
 * @param rate how many questions it may be asked in a span of time; as many as there are
 * if not set
 */
record SupplierProperties(@DefaultValue("0ms") Duration latency, @DefaultValue("0ms") Duration jitter,
		@DefaultValue("0") double errorRate, @Nullable Integer maxConcurrency, @Nullable Rate rate) {

	SupplierProperties {
		Assert.isTrue(maxConcurrency == null || maxConcurrency >= 1, "max-concurrency must be 1 or more");
	}

	Behaviour behaviour() {
		return new Behaviour(this.latency, this.jitter, this.errorRate);
	}

	/**
	 * So many questions in a span of time.
	 *
	 * @param permits how many
	 * @param period the span of time
	 */
	record Rate(long permits, @DefaultValue("1s") Duration period) {

		Rate {
			Assert.isTrue(permits >= 1, "permits must be 1 or more");
			Assert.isTrue(period.isPositive(), "period must be more than zero");
		}

	}

}
