/**
 * Benchmarks.
 */
@NullMarked
package io.taskgroup.benchmarks;

import org.jspecify.annotations.NullMarked;
