/**
 * The examples of README.md that need Spring, as tests.
 */
@NullMarked
package io.taskgroup.autoconfigure.docs;

import org.jspecify.annotations.NullMarked;
