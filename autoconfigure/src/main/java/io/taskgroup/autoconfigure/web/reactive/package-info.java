/**
 * Task groups as publishers, and the requests of WebFlux.
 */
@NullMarked
package io.taskgroup.autoconfigure.web.reactive;

import org.jspecify.annotations.NullMarked;
