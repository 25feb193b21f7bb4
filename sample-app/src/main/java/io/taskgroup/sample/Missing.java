package io.taskgroup.sample;

import org.jspecify.annotations.Nullable;

/**
 * A supplier that makes no offer.
 *
 * @param supplier the name of the supplier
 * @param reason why there is none
 */
record Missing(String supplier, @Nullable String reason) implements Answer {
}
