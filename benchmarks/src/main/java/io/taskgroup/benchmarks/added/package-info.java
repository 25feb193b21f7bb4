/**
 * What metrics, context and observations add to a task.
 */
@NullMarked
package io.taskgroup.benchmarks.added;

import org.jspecify.annotations.NullMarked;
