/**
 * Tasks without end.
 */
@NullMarked
package io.taskgroup.benchmarks.supervisor;

import org.jspecify.annotations.NullMarked;
