/**
 * Tests of deadlines that HTTP clients send on.
 */
@NullMarked
package io.taskgroup.autoconfigure.web.client;

import org.jspecify.annotations.NullMarked;
