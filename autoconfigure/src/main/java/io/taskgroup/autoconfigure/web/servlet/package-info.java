/**
 * Requests of the Servlet API: a cancel scope for each, which is cancelled when the
 * client has gone, when its deadline has passed, and when it is over.
 */
@NullMarked
package io.taskgroup.autoconfigure.web.servlet;

import org.jspecify.annotations.NullMarked;
