package io.taskgroup.sample;

/**
 * What readers think of a book.
 *
 * @param count how many have rated it
 * @param average the average of their ratings, from 1 to 5
 */
record Reviews(int count, double average) {
}
