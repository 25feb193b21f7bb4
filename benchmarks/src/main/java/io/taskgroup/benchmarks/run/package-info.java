/**
 * Runs the benchmarks and has the report written.
 */
@NullMarked
package io.taskgroup.benchmarks.run;

import org.jspecify.annotations.NullMarked;
