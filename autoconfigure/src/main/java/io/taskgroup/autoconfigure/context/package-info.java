/**
 * Context that tasks have of the thread that forked them.
 */
@NullMarked
package io.taskgroup.autoconfigure.context;

import org.jspecify.annotations.NullMarked;
