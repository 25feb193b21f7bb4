package io.taskgroup.sample;

/**
 * A book of the catalogue.
 *
 * @param id its number in the catalogue
 * @param title its title
 * @param author who wrote it
 * @param year the year in which it first came out as a book
 */
record Book(int id, String title, String author, int year) {
}
