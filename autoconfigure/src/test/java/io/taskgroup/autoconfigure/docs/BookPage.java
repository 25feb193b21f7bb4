package io.taskgroup.autoconfigure.docs;

/**
 * What the quick start gives.
 *
 * @param title the title of the book
 * @param copies how many there are
 */
record BookPage(String title, int copies) {
}
