/**
 * Metrics of groups and tasks.
 */
@NullMarked
package io.taskgroup.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
