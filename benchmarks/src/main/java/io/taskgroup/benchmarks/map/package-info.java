/**
 * The same for many items, so many at a time.
 */
@NullMarked
package io.taskgroup.benchmarks.map;

import org.jspecify.annotations.NullMarked;
