/**
 * What the web has in common: requests, their deadlines, and how they are told.
 */
@NullMarked
package io.taskgroup.autoconfigure.web;

import org.jspecify.annotations.NullMarked;
