package io.taskgroup.sample;

/**
 * What is left of a book.
 *
 * @param copies how many there are
 */
record Stock(int copies) {
}
