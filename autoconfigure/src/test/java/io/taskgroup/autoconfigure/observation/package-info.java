/**
 * Tests of the observations of groups and tasks.
 */
@NullMarked
package io.taskgroup.autoconfigure.observation;

import org.jspecify.annotations.NullMarked;
