package io.taskgroup.autoconfigure.docs;

/**
 * What the quick start calls.
 */
class Backend {

	String title(int id) {
		return "title of " + id;
	}

	int copies(int id) {
		return id;
	}

}
