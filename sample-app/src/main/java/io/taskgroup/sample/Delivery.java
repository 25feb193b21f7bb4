package io.taskgroup.sample;

/**
 * How long it takes until a book is with the customer.
 *
 * @param mirror which mirror of the delivery service says so
 * @param days how many days
 */
record Delivery(String mirror, int days) {
}
