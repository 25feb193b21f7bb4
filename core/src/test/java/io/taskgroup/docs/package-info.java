/**
 * The examples of README.md and docs/semantics.md, as tests.
 */
@NullMarked
package io.taskgroup.docs;

import org.jspecify.annotations.NullMarked;
