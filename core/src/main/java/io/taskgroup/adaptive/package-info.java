/**
 * Concurrency limiters that find their own limit. Needs
 * {@code com.netflix.concurrency-limits:concurrency-limits-core}, an optional dependency
 * of the library.
 */
@NullMarked
package io.taskgroup.adaptive;

import org.jspecify.annotations.NullMarked;
