/**
 * Tests of what operators see.
 */
@NullMarked
package io.taskgroup.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;
