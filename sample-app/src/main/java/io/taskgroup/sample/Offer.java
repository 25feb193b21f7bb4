package io.taskgroup.sample;

/**
 * What a supplier wants for a book.
 *
 * @param supplier the name of the supplier
 * @param price what a copy costs
 * @param deliveryDays how long the delivery takes
 */
record Offer(String supplier, Price price, int deliveryDays) implements Answer {
}
