package io.taskgroup.sample;

/**
 * What is wrong with a backend during one call. The storefront asks for it, in a header
 * of the call, and the simulated backends obey: so that a visitor can see what comes of
 * it.
 */
enum Trouble {

	/** It behaves as ever. */
	NONE,

	/** It takes far longer than anybody waits. */
	SLOW,

	/** It answers with an error. */
	FAILING;

	static final String HEADER = "Simulated-Trouble";

}
