package io.taskgroup.sample;

import java.time.Instant;
import java.util.Map;

/**
 * The prices of all books.
 *
 * @param asOf when they were asked for
 * @param prices the prices, by the id of the book
 */
record PriceList(Instant asOf, Map<Integer, Price> prices) {
}
