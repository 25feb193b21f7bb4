/**
 * Cancelling what is blocked.
 */
@NullMarked
package io.taskgroup.benchmarks.cancel;

import org.jspecify.annotations.NullMarked;
