package io.taskgroup.sample;

import java.math.BigDecimal;

/**
 * An amount of money.
 *
 * @param amount how much
 * @param currency of what
 */
record Price(BigDecimal amount, String currency) {

	static Price ofCents(long cents) {
		return new Price(BigDecimal.valueOf(cents, 2), "EUR");
	}

}
