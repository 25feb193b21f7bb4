package io.taskgroup.benchmarks.storefront;

/** Simulated: each waits a little, 30 milliseconds all in all. */
final class Suppliers {

	String title() throws InterruptedException {
		Thread.sleep(5);
		return "The Rings of Saturn";
	}

	int price() throws InterruptedException {
		Thread.sleep(10);
		return 1299;
	}

	int stock() throws InterruptedException {
		Thread.sleep(15);
		return 7;
	}

}
