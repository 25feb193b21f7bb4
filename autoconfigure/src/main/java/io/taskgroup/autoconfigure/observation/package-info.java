/**
 * Observations of groups and tasks, and so their traces.
 */
@NullMarked
package io.taskgroup.autoconfigure.observation;

import org.jspecify.annotations.NullMarked;
