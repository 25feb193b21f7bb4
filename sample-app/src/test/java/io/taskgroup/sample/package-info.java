/**
 * Tests of the storefront, over real HTTP.
 */
@NullMarked
package io.taskgroup.sample;

import org.jspecify.annotations.NullMarked;
