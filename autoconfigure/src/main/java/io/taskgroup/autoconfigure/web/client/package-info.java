/**
 * Deadlines that HTTP clients send on, and keep to.
 */
@NullMarked
package io.taskgroup.autoconfigure.web.client;

import org.jspecify.annotations.NullMarked;
