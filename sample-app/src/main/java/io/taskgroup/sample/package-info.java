/**
 * A bookshop's storefront, written with task groups.
 * <p>
 * What answers requests, each from what several backends say:
 * <ul>
 * <li>{@link io.taskgroup.sample.BookController} asks for all that a page needs side by
 * side.
 * <li>{@link io.taskgroup.sample.OffersController} asks many suppliers, and does without
 * those that fail or are too slow. The settings of the groups that ask them see to it
 * that nobody is asked too much.
 * <li>{@link io.taskgroup.sample.OfferStreamController} tells the same as it comes in.
 * <li>{@link io.taskgroup.sample.DeliveryController} asks one mirror after the other, and
 * takes the first answer.
 * </ul>
 * {@link io.taskgroup.sample.PriceFeed} works in the background for as long as the
 * application runs. All of them call the backends over HTTP, through
 * {@link io.taskgroup.sample.Backends}.
 * <p>
 * The start page, {@code index.html}, has backends get into
 * {@link io.taskgroup.sample.Trouble}, to show what comes of it, and
 * {@link io.taskgroup.sample.LoadController} sends customers.
 * <p>
 * In real life the backends are other applications. Here they are
 * {@link io.taskgroup.sample.SimulatedServices},
 * {@link io.taskgroup.sample.SimulatedSuppliers} and
 * {@link io.taskgroup.sample.SimulatedMirrors}, each as slow and as unreliable as
 * {@code application.yml} says.
 */
@NullMarked
package io.taskgroup.sample;

import org.jspecify.annotations.NullMarked;
