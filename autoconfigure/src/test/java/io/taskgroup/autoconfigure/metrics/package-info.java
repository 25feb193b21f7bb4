/**
 * Tests of the metrics.
 */
@NullMarked
package io.taskgroup.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
