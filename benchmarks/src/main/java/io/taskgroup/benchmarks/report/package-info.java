/**
 * Writes what was measured into a document.
 */
@NullMarked
package io.taskgroup.benchmarks.report;

import org.jspecify.annotations.NullMarked;
