package io.taskgroup.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.TaskGroupClosedException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The end of the application, and its beginning again.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class TaskGroupLifecycleTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class, TaskGroupAutoConfiguration.class));

	private final CountDownLatch running = new CountDownLatch(1);

	private final CountDownLatch release = new CountDownLatch(1);

	private final AtomicReference<CancelScope> ended = new AtomicReference<>();

	/** Opens a group whose task waits for the latch, on a thread of its own. */
	private Thread openGroup(TaskGroupFactory groups) throws InterruptedException {
		Thread host = Thread.ofVirtual().start(() -> {
			try {
				this.ended.set(groups.named("work").run(group -> group.fork("waiting", () -> {
					this.running.countDown();
					this.release.await();
				})));
			}
			catch (InterruptedException ex) {
				throw new AssertionError(ex);
			}
		});
		assertThat(this.running.await(30, TimeUnit.SECONDS)).isTrue();
		return host;
	}

	private static Thread stopInBackground(ConfigurableApplicationContext context) {
		return Thread.ofPlatform().start(context::stop);
	}

	@Test
	void drainLetsGroupsEndByThemselves(CapturedOutput output) {
		this.runner.run(context -> {
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			Thread host = openGroup(groups);
			TaskScope supervisor = groups.named("feed").openScope();
			Thread stopping = stopInBackground(
					context.getSourceApplicationContext(ConfigurableApplicationContext.class));
			// supervisors do not end by themselves
			await().until(supervisor.cancelScope()::cancelCalled);
			assertThat(supervisor.cancelScope().cancelKind()).contains(CancelKind.SHUTDOWN);
			assertThat(stopping.isAlive()).isTrue();
			assertThat(groups.snapshot()).anyMatch(scope -> scope.name().equals("work") && !scope.cancelled());
			supervisor.close();
			this.release.countDown();
			host.join();
			stopping.join();
			assertThat(this.ended.get().cancelCalled()).isFalse();
			assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(groups.named("late")::openScope);
		});
		assertThat(output).doesNotContain("Task groups that");
	}

	@Test
	void drainDoesNotWaitForASupervisorThatNobodyCloses(CapturedOutput output) {
		this.runner.withPropertyValues("taskgroup.shutdown.timeout=10m").run(context -> {
			TaskScope feed = context.getBean(TaskGroupFactory.class).named("feed").openScope();
			feed.fork(() -> {
				this.running.countDown();
				new CountDownLatch(1).await();
			});
			assertThat(this.running.await(30, TimeUnit.SECONDS)).isTrue();
			context.getSourceApplicationContext(ConfigurableApplicationContext.class).stop();
			assertThat(feed.cancelScope().cancelKind()).contains(CancelKind.SHUTDOWN);
			assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> feed.fork(() -> 1));
		});
		assertThat(output).doesNotContain("Task groups that");
	}

	@Test
	void drainWaitsForRequestsAndCancelComesBeforeThem() {
		this.runner.run(context -> assertThat(context.getBean(TaskGroupLifecycle.class).getPhase()).isBetween(
				WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE + 1,
				WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE - 1));
		this.runner.withPropertyValues("taskgroup.shutdown.mode=cancel")
			.run(context -> assertThat(context.getBean(TaskGroupLifecycle.class).getPhase())
				.isGreaterThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE));
	}

	@Test
	void drainCancelsARequestThatTakesTooLongInTimeToAnswer(CapturedOutput output) {
		Duration gracePeriod = Duration.ofSeconds(4);
		this.runner.withBean(WebServer.class)
			.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=" + gracePeriod)
			.run(context -> {
				WebServer server = context.getBean(WebServer.class);
				Thread request = openGroup(context.getBean(TaskGroupFactory.class));
				long begin = System.nanoTime();
				Thread stopping = stopInBackground(
						context.getSourceApplicationContext(ConfigurableApplicationContext.class));
				request.join();
				Duration taken = Duration.ofNanos(System.nanoTime() - begin);
				server.requestsHaveEnded();
				stopping.join();
				assertThat(this.ended.get().cancelKind()).contains(CancelKind.SHUTDOWN);
				assertThat(taken).isBetween(gracePeriod.dividedBy(4).multipliedBy(3), gracePeriod);
			});
		assertThat(output).contains("Task groups that are cancelled")
			.contains("'work' [waiting]")
			.doesNotContain("still running");
	}

	@Test
	void drainCancelsAlsoWhatSuchARequestOpensThen(CapturedOutput output) {
		this.runner.withBean(WebServer.class)
			.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=4s")
			.run(context -> {
				WebServer server = context.getBean(WebServer.class);
				TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
				Thread first = openGroup(groups);
				Thread stopping = stopInBackground(
						context.getSourceApplicationContext(ConfigurableApplicationContext.class));
				first.join();
				this.ended.set(null);
				Thread second = openGroup(groups);
				second.join();
				assertThat(this.ended.get()).isNotNull();
				assertThat(this.ended.get().cancelKind()).contains(CancelKind.SHUTDOWN);
				server.requestsHaveEnded();
				stopping.join();
			});
		assertThat(output).doesNotContain("still running");
	}

	@Test
	void drainLetsARequestBetweenTwoGroupsOpenTheNext(CapturedOutput output) {
		this.runner.withBean(WebServer.class)
			.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=10m")
			.run(context -> {
				WebServer server = context.getBean(WebServer.class);
				TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
				groups.named("first").openScope().close();
				Thread stopping = stopInBackground(
						context.getSourceApplicationContext(ConfigurableApplicationContext.class));
				server.awaitEnd();
				Thread request = openGroup(groups);
				this.release.countDown();
				request.join();
				assertThat(this.ended.get().cancelCalled()).isFalse();
				server.requestsHaveEnded();
				stopping.join();
				assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(groups.named("late")::openScope);
			});
		assertThat(output).doesNotContain("Task groups that");
	}

	@Test
	void whenTheRequestsHaveEndedTheirTimeDoesNotMatter(CapturedOutput output) {
		this.runner
			.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=400ms", "taskgroup.shutdown.timeout=10m")
			.run(context -> {
				Thread host = openGroup(context.getBean(TaskGroupFactory.class));
				// there are none: groups have their own time, but Spring waits no longer
				context.getSourceApplicationContext(ConfigurableApplicationContext.class).stop();
				this.release.countDown();
				host.join();
				assertThat(this.ended.get().cancelCalled()).isFalse();
			});
		assertThat(output).doesNotContain("Task groups that");
	}

	@Test
	void theTimeOfTheRequestsIsThatOfTheWebServer() {
		this.runner.run(context -> assertThat(context.getBean(TaskGroupGracePeriod.class).getPhase())
			.isEqualTo(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE));
	}

	@Test
	void drainCancelsWhatHasNotEndedInTime(CapturedOutput output) {
		this.runner.withPropertyValues("taskgroup.shutdown.timeout=2s").run(context -> {
			Thread host = openGroup(context.getBean(TaskGroupFactory.class));
			context.getSourceApplicationContext(ConfigurableApplicationContext.class).stop();
			host.join();
			assertThat(this.ended.get().cancelKind()).contains(CancelKind.SHUTDOWN);
		});
		assertThat(output).contains("Task groups that are cancelled").contains("'work' [waiting]");
	}

	@Test
	void cancelModeCancelsAtOnce(CapturedOutput output) {
		this.runner.withPropertyValues("taskgroup.shutdown.mode=cancel", "taskgroup.shutdown.timeout=10m")
			.run(context -> {
				Thread host = openGroup(context.getBean(TaskGroupFactory.class));
				context.getSourceApplicationContext(ConfigurableApplicationContext.class).stop();
				host.join();
				assertThat(this.ended.get().cancelKind()).contains(CancelKind.SHUTDOWN);
			});
		assertThat(output).doesNotContain("Task groups that");
	}

	@Test
	void aTaskThatDoesNotEndIsNamedAndDoesNotHoldUpTheEnd(CapturedOutput output) {
		AtomicReference<Thread> stubborn = new AtomicReference<>();
		AtomicBoolean free = new AtomicBoolean();
		this.runner.withPropertyValues("taskgroup.shutdown.mode=cancel", "taskgroup.shutdown.timeout=100ms")
			.run(context -> {
				TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
				stubborn.set(Thread.ofVirtual().start(() -> {
					try {
						groups.named("stuck").run(group -> group.fork("stubborn", () -> {
							this.running.countDown();
							while (!free.get()) {
								Thread.onSpinWait();
								Thread.interrupted();
							}
						}));
					}
					catch (InterruptedException ex) {
						throw new AssertionError(ex);
					}
				}));
				assertThat(this.running.await(30, TimeUnit.SECONDS)).isTrue();
			});
		assertThat(output).contains("do not end although they are cancelled").contains("'stuck' [stubborn]");
		assertThat(stubborn.get().isAlive()).isTrue();
		free.set(true);
		await().until(() -> !stubborn.get().isAlive());
	}

	@Test
	void aContextThatIsStartedAgainOpensGroupsAgain() {
		this.runner.run(context -> {
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			var spec = groups.named("again");
			for (int i = 0; i < 3; i++) {
				spec.openScope().close();
				context.getSourceApplicationContext(ConfigurableApplicationContext.class).stop();
				assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(spec::openScope);
				context.getSourceApplicationContext(ConfigurableApplicationContext.class).start();
			}
			spec.openScope().close();
		});
	}

	@Test
	void beansThatTasksUseAreThereUntilTheTasksHaveEnded() {
		this.runner.withUserConfiguration(Resources.class)
			.withPropertyValues("taskgroup.shutdown.mode=cancel")
			.run(context -> {
				Resource resource = context.getBean(Resource.class);
				TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
				TaskScope scope = groups.named("user").openScope();
				scope.fork(() -> {
					try {
						this.running.countDown();
						this.release.await();
					}
					finally {
						resource.use();
					}
				});
				assertThat(this.running.await(30, TimeUnit.SECONDS)).isTrue();
			});
		assertThat(Resource.usedWhenClosed).isFalse();
		assertThat(Resource.used).isTrue();
	}

	@Test
	void lazyInitialization() {
		this.runner.withPropertyValues("spring.main.lazy-initialization=true").run(context -> {
			Thread host = openGroup(context.getBean(TaskGroupFactory.class));
			Thread stopping = stopInBackground(
					context.getSourceApplicationContext(ConfigurableApplicationContext.class));
			this.release.countDown();
			host.join();
			stopping.join();
		});
		assertThat(this.ended.get().cancelCalled()).isFalse();
	}

	@Test
	void contextsInOneJvmDoNotTouchEachOther() {
		this.runner.run(one -> this.runner.run(two -> {
			TaskGroupFactory groups = one.getBean(TaskGroupFactory.class);
			assertThat(two.getBean(TaskGroupFactory.class)).isNotSameAs(groups);
			two.getSourceApplicationContext(ConfigurableApplicationContext.class).stop();
			groups.named("one").openScope().close();
		}));
	}

	@Test
	void aContextThatNeverStartedEndsWhatWasOpened() {
		AtomicReference<TaskScope> scope = new AtomicReference<>();
		this.runner.withUserConfiguration(Failing.class).withBean(AtomicReference.class, () -> scope).run(context -> {
			assertThat(context).hasFailed();
			assertThat(scope.get().cancelScope().cancelKind()).contains(CancelKind.SHUTDOWN);
		});
	}

	@Test
	void aFactoryOfTheUsersEndsInTimeToo() {
		this.runner.withBean(TaskGroupFactory.class, TaskGroupFactory::create)
			.withPropertyValues("taskgroup.shutdown.timeout=1s")
			.run(context -> {
				Thread host = openGroup(context.getBean(TaskGroupFactory.class));
				context.getSourceApplicationContext(ConfigurableApplicationContext.class).stop();
				host.join();
				assertThat(this.ended.get().cancelKind()).contains(CancelKind.SHUTDOWN);
			});
	}

	@Test
	void theTimeIsThatOfTheShutdownPhaseByDefault() {
		this.runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=800ms").run(context -> {
			Thread host = openGroup(context.getBean(TaskGroupFactory.class));
			context.getSourceApplicationContext(ConfigurableApplicationContext.class).stop();
			host.join(Duration.ofSeconds(30));
			assertThat(this.ended.get().cancelKind()).contains(CancelKind.SHUTDOWN);
		});
	}

	/** Its requests end when a test says so. */
	static final class WebServer implements SmartLifecycle {

		private final CountDownLatch ending = new CountDownLatch(1);

		private volatile boolean running;

		private volatile @Nullable Runnable callback;

		@Override
		public int getPhase() {
			return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public void stop(Runnable callback) {
			this.running = false;
			this.callback = callback;
			this.ending.countDown();
		}

		@Override
		public void stop() {
			throw new UnsupportedOperationException();
		}

		void awaitEnd() throws InterruptedException {
			assertThat(this.ending.await(30, TimeUnit.SECONDS)).isTrue();
		}

		void requestsHaveEnded() {
			this.callback.run();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Resources {

		@Bean
		Resource resource() {
			return new Resource();
		}

	}

	/** Something like a data source. */
	static final class Resource implements DisposableBean {

		private static volatile boolean used;

		private static volatile boolean usedWhenClosed;

		private volatile boolean closed;

		void use() {
			used = true;
			usedWhenClosed |= this.closed;
		}

		@Override
		public void destroy() {
			this.closed = true;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Failing {

		@Bean
		Object opensAndFails(TaskGroupFactory groups, TaskGroupLifecycle lifecycle, AtomicReference<TaskScope> scope) {
			scope.set(groups.named("opened early").openScope());
			throw new IllegalStateException("this bean fails");
		}

	}

}
