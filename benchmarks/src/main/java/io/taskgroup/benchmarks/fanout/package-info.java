/**
 * Tasks that run side by side, and one result of them all.
 */
@NullMarked
package io.taskgroup.benchmarks.fanout;

import org.jspecify.annotations.NullMarked;
