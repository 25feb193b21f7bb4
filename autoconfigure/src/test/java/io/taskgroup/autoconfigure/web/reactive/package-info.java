/**
 * Tests of task groups as publishers, and of the requests of WebFlux.
 */
@NullMarked
package io.taskgroup.autoconfigure.web.reactive;

import org.jspecify.annotations.NullMarked;
