/**
 * Tests of the cancel scopes of requests, with a real Tomcat and real connections.
 */
@NullMarked
package io.taskgroup.autoconfigure.web.servlet;

import org.jspecify.annotations.NullMarked;
