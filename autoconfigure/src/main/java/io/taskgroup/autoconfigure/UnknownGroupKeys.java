package io.taskgroup.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Finds settings of groups that do not exist: a slip of the pen would else go unnoticed.
 * Environment variables and system properties are left out, as Spring Boot does when it
 * looks for unknown properties: theirs are names that others give.
 */
final class UnknownGroupKeys {

	/** All settings that a group can have. */
	static final List<String> KNOWN = List.of("timeout", "concurrency.per-group", "concurrency.shared",
			"concurrency.adaptive", "rate-limit.permits", "rate-limit.period", "rate-limit.burst", "queue.capacity",
			"queue.when-full", "cancellation.reinterrupt-every", "cancellation.warn-after");

	private static final ConfigurationPropertyName DEFAULTS = ConfigurationPropertyName.of("taskgroup.defaults");

	private static final ConfigurationPropertyName GROUPS = ConfigurationPropertyName.of("taskgroup.groups");

	private UnknownGroupKeys() {
	}

	/** Throws if there is one. */
	static void check(Environment environment) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable && !isOfOthers(source)) {
				iterable.stream().forEach((name) -> check(name, source));
			}
		}
	}

	private static boolean isOfOthers(ConfigurationPropertySource source) {
		Object underlying = source.getUnderlyingSource();
		if (underlying instanceof PropertySource<?> propertySource) {
			String name = propertySource.getName();
			return StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME.equals(name)
					|| StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME.equals(name);
		}
		return false;
	}

	private static void check(ConfigurationPropertyName name, ConfigurationPropertySource source) {
		String key = keyOf(name);
		if (key != null && KNOWN.stream().noneMatch((known) -> uniform(known).equals(key))) {
			ConfigurationProperty property = source.getConfigurationProperty(name);
			throw new InvalidConfigurationPropertyValueException(name.toString(),
					(property != null) ? property.getValue() : null,
					"There is no such setting of a group. There are: " + String.join(", ", KNOWN)
							+ ". A group whose name has dots is written 'taskgroup.groups[the.name]'.");
		}
	}

	/** What comes after the name of the group; null if it is not about a group. */
	private static @Nullable String keyOf(ConfigurationPropertyName name) {
		if (DEFAULTS.isAncestorOf(name)) {
			return uniform(name.subName(DEFAULTS.getNumberOfElements()).toString());
		}
		int group = GROUPS.getNumberOfElements();
		if (GROUPS.isAncestorOf(name) && name.getNumberOfElements() > group + 1) {
			return uniform(name.subName(group + 1).toString());
		}
		return null;
	}

	private static String uniform(String key) {
		ConfigurationPropertyName name = ConfigurationPropertyName.of(key);
		StringBuilder uniform = new StringBuilder();
		for (int i = 0; i < name.getNumberOfElements(); i++) {
			uniform.append('.').append(name.getElement(i, Form.UNIFORM));
		}
		return uniform.toString();
	}

}
