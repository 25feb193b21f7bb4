/**
 * The first result wins.
 */
@NullMarked
package io.taskgroup.benchmarks.first;

import org.jspecify.annotations.NullMarked;
