package io.taskgroup.autoconfigure;

import io.taskgroup.TaskGroupFactory;

/**
 * Changes the builder from which the auto-configured {@link TaskGroupFactory} is built.
 * All beans of this type are called, in their order, after everything else has been set.
 *
 * <pre>
 * {@literal @}Bean
 * TaskGroupFactoryBuilderCustomizer patientSuppliers() {
 *     return (builder) -&gt; builder.settings("suppliers", (spec) -&gt; spec.timeout(Duration.ofSeconds(2)));
 * }</pre>
 */
@FunctionalInterface
public interface TaskGroupFactoryBuilderCustomizer {

	/**
	 * Changes the builder.
	 * @param builder the builder of the application's factory
	 */
	void customize(TaskGroupFactory.Builder builder);

}
