/**
 * Tests of the context of tasks.
 */
@NullMarked
package io.taskgroup.autoconfigure.context;

import org.jspecify.annotations.NullMarked;
