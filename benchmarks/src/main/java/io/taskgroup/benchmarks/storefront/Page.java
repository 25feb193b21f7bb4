package io.taskgroup.benchmarks.storefront;

/**
 * What a client gets.
 *
 * @param title from the supplier of titles
 * @param price from the supplier of prices
 * @param stock from the supplier of what is in stock
 */
record Page(String title, int price, int stock) {
}
