/**
 * A bookshop's storefront, written with task groups.
 * <p>
 * {@link io.taskgroup.sample.BookController} and
 * {@link io.taskgroup.sample.OffersController} answer requests from what several backends
 * say, asked side by side; {@link io.taskgroup.sample.PriceFeed} works in the background
 * for as long as the application runs. They call the backends over HTTP, through
 * {@link io.taskgroup.sample.Backends}.
 * <p>
 * In real life the backends are other applications. Here they are
 * {@link io.taskgroup.sample.SimulatedServices} and
 * {@link io.taskgroup.sample.SimulatedSuppliers}, each as slow and as unreliable as
 * {@code application.yml} says.
 */
@NullMarked
package io.taskgroup.sample;

import org.jspecify.annotations.NullMarked;
