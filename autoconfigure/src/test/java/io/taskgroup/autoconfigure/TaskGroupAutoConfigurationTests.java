package io.taskgroup.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;

import io.taskgroup.ContextPropagation;
import io.taskgroup.InterruptionClassifier;
import io.taskgroup.Outcome;
import io.taskgroup.TaskGroupClosedException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskInfo;
import io.taskgroup.TaskGroupSettings;
import io.taskgroup.TaskInstrumentation;
import io.taskgroup.TaskScope;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(30)
class TaskGroupAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(TaskGroupAutoConfiguration.class));

	@Test
	@DisplayName("threads are named after the group and the task, unless taskgroup.name-threads is false")
	void namesThreads() {
		this.runner
			.run((context) -> assertThat(threadNameIn(context.getBean(TaskGroupFactory.class))).isEqualTo("name"));
		this.runner.withPropertyValues("taskgroup.name-threads=false")
			.run((context) -> assertThat(threadNameIn(context.getBean(TaskGroupFactory.class))).isNotEqualTo("name"));
	}

	@Test
	@DisplayName("the application gets a factory that works")
	void factoryWorks() {
		this.runner.run((context) -> {
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			Integer sum = groups.named("sum").call((group) -> {
				TaskHandle<Integer> one = group.fork(() -> 1);
				TaskHandle<Integer> two = group.fork(() -> 2);
				return one.await() + two.await();
			});
			assertThat(sum).isEqualTo(3);
		});
	}

	@Test
	@DisplayName("it is listed among the auto-configurations")
	void isListed() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()))
			.contains(TaskGroupAutoConfiguration.class.getName());
	}

	@Test
	@DisplayName("it backs off for the user's own factory")
	void backsOffForOwnFactory() {
		this.runner.withUserConfiguration(OwnFactory.class).run((context) -> {
			assertThat(context).hasSingleBean(TaskGroupFactory.class);
			assertThat(context.getBean(TaskGroupFactory.class)).isSameAs(context.getBean("ownFactory"));
		});
	}

	@Test
	@DisplayName("it ends the user's own factory, but makes no choice between several")
	void endsTheOnlyFactory() {
		this.runner.withUserConfiguration(OwnFactory.class)
			.run((context) -> assertThat(context).hasSingleBean(TaskGroupLifecycle.class));
		this.runner.withUserConfiguration(OwnFactory.class)
			.withBean("second", TaskGroupFactory.class, TaskGroupFactory::create)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(TaskGroupLifecycle.class));
	}

	@Test
	@DisplayName("it builds from the user's own builder")
	void usesOwnBuilder() {
		this.runner.withUserConfiguration(OwnBuilder.class).run((context) -> {
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			assertThat(threadNameIn(groups)).isEqualTo("own-builder");
		});
	}

	@Test
	@DisplayName("there is nothing without the engine on the class path")
	void needsTheEngine() {
		this.runner.withClassLoader(new FilteredClassLoader(TaskGroupFactory.class))
			.run((context) -> assertThat(context).doesNotHaveBean("taskGroupFactory"));
	}

	@Test
	@DisplayName("customizers are called in their order, the last one wins")
	void customizersInOrder() {
		this.runner.withUserConfiguration(TwoCustomizers.class)
			.withPropertyValues("taskgroup.name-threads=false")
			.run((context) -> assertThat(threadNameIn(context.getBean(TaskGroupFactory.class))).isEqualTo("second"));
	}

	@Test
	@DisplayName("each use of the builder is a new one, customized")
	void builderIsPrototype() {
		this.runner.withUserConfiguration(TwoCustomizers.class)
			.withPropertyValues("taskgroup.name-threads=false")
			.run((context) -> {
				TaskGroupFactory.Builder builder = context.getBean(TaskGroupFactory.Builder.class);
				assertThat(builder).isNotSameAs(context.getBean(TaskGroupFactory.Builder.class));
				try (TaskGroupFactory second = builder.build()) {
					assertThat(threadNameIn(second)).isEqualTo("second");
				}
			});
	}

	@Test
	@DisplayName("context propagations, listeners and classifiers that are beans are used")
	void usesBeans() {
		this.runner.withUserConfiguration(Spis.class).run((context) -> {
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			Spis.CONTEXT.set("caller's");
			try {
				groups.named("spis").run((group) -> {
					assertThat(group.fork(Spis.CONTEXT::get).await()).isEqualTo("caller's");
					CountDownLatch never = new CountDownLatch(1);
					TaskHandle<Void> cancelled = group.fork("cancelled", () -> {
						try {
							never.await();
						}
						catch (InterruptedException ex) {
							throw new Spis.DriverException();
						}
					});
					cancelled.cancel();
					cancelled.awaitDone();
					assertThat(cancelled.outcome()).isInstanceOf(Outcome.Cancelled.class);
				});
			}
			finally {
				Spis.CONTEXT.remove();
			}
			assertThat(context.getBean(Spis.class).started).hasSize(2).contains("cancelled");
		});
	}

	@Test
	@DisplayName("settings and instrumentations that are beans are used")
	void usesSettingsAndInstrumentations() {
		List<String> forked = new CopyOnWriteArrayList<>();
		this.runner
			.withBean(TaskGroupSettings.class,
					() -> (name, spec) -> name.equals("set") ? spec.sharedConcurrency(3) : spec)
			.withBean(TaskInstrumentation.class, () -> (task) -> {
				forked.add(task.name());
				return null;
			})
			.run((context) -> {
				TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
				groups.named("set").run((group) -> group.fork("one", () -> 1));
				assertThat(groups.sharedLimiters("set")).hasSize(1);
				assertThat(forked).containsExactly("one");
			});
	}

	@Test
	@DisplayName("the factory closes with the context: what is open is cancelled and waited for")
	void closesWithContext() {
		List<TaskHandle<?>> tasks = new CopyOnWriteArrayList<>();
		List<TaskGroupFactory> factories = new CopyOnWriteArrayList<>();
		this.runner.run((context) -> {
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			factories.add(groups);
			TaskScope scope = groups.named("background").openScope();
			tasks.add(scope.fork(() -> new CountDownLatch(1).await()));
		});
		assertThat(tasks).singleElement()
			.satisfies((task) -> assertThat(task.outcome()).isInstanceOf(Outcome.Cancelled.class));
		assertThatExceptionOfType(TaskGroupClosedException.class)
			.isThrownBy(() -> factories.get(0).named("late").open());
	}

	private static String threadNameIn(TaskGroupFactory groups) throws InterruptedException {
		return groups.named("name").call((group) -> group.fork(() -> Thread.currentThread().getName()).await());
	}

	private static ThreadFactory threadsNamed(String name) {
		return Thread.ofVirtual().name(name).factory();
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFactory {

		@Bean
		TaskGroupFactory ownFactory() {
			return TaskGroupFactory.create();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBuilder {

		@Bean
		TaskGroupFactory.Builder ownBuilder() {
			return TaskGroupFactory.builder().threadFactory(threadsNamed("own-builder")).nameThreads(false);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoCustomizers {

		@Bean
		@Order(2)
		TaskGroupFactoryBuilderCustomizer second() {
			return (builder) -> builder.threadFactory(threadsNamed("second"));
		}

		@Bean
		@Order(1)
		TaskGroupFactoryBuilderCustomizer first() {
			return (builder) -> builder.threadFactory(threadsNamed("first"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Spis {

		private static final ThreadLocal<String> CONTEXT = new ThreadLocal<>();

		private final List<String> started = new CopyOnWriteArrayList<>();

		@Bean
		ContextPropagation contextPropagation() {
			return () -> {
				String captured = CONTEXT.get();
				return () -> {
					CONTEXT.set(captured);
					return CONTEXT::remove;
				};
			};
		}

		@Bean
		TaskGroupListener listener() {
			return new TaskGroupListener() {

				@Override
				public void taskStarted(TaskInfo task, long waitedNanos) {
					Spis.this.started.add(task.name());
				}

			};
		}

		@Bean
		InterruptionClassifier classifier() {
			return (exception) -> exception instanceof DriverException;
		}

		static final class DriverException extends RuntimeException {

			private static final long serialVersionUID = 1L;

		}

	}

}
