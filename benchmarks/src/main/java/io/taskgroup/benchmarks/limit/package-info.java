/**
 * Many groups under one limit.
 */
@NullMarked
package io.taskgroup.benchmarks.limit;

import org.jspecify.annotations.NullMarked;
