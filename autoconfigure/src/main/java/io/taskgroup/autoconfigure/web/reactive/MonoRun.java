package io.taskgroup.autoconfigure.web.reactive;

import io.taskgroup.GroupFunction;
import io.taskgroup.TaskGroupSpec;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;

/**
 * A group that gives one value.
 *
 * @param <R> the type of the value
 */
final class MonoRun<R> extends Run {

	private final MonoSink<R> sink;

	private final TaskGroupSpec spec;

	private final GroupFunction<? extends @Nullable R> body;

	private @Nullable R value;

	MonoRun(MonoSink<R> sink, ReactorContext context, TaskGroupSpec spec, GroupFunction<? extends @Nullable R> body) {
		super(context, sink.contextView());
		this.sink = sink;
		this.spec = spec;
		this.body = body;
	}

	@Override
	@Nullable Throwable work() throws Exception {
		this.value = this.spec.<@Nullable R>call(this.body);
		return null;
	}

	@Override
	void succeed() {
		this.sink.success(this.value);
	}

	@Override
	void fail(Throwable failure) {
		this.sink.error(failure);
	}

}
