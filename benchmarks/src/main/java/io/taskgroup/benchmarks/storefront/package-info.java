/**
 * Requests, from the client to the suppliers and back.
 */
@NullMarked
package io.taskgroup.benchmarks.storefront;

import org.jspecify.annotations.NullMarked;
