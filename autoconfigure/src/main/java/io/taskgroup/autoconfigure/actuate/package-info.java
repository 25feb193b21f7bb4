/**
 * What operators see of groups and tasks, and can do about them: endpoints of Spring
 * Boot's Actuator.
 */
@NullMarked
package io.taskgroup.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;
