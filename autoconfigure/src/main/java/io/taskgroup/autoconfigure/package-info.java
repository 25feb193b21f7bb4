/**
 * Auto-configuration of task groups for Spring Boot.
 */
@NullMarked
package io.taskgroup.autoconfigure;

import org.jspecify.annotations.NullMarked;
