package io.taskgroup.benchmarks.storefront;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.stream.Stream;

import io.taskgroup.benchmarks.HttpServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Param;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The peers of {@link StorefrontBenchmark} do the same.
 */
@Timeout(60)
class StorefrontTests {

	static Stream<String> peers() throws NoSuchFieldException {
		return Stream.of(StorefrontBenchmark.class.getDeclaredField("peer").getAnnotation(Param.class).value());
	}

	@ParameterizedTest
	@MethodSource("peers")
	@DisplayName("each peer answers with what the three suppliers said")
	void answers(String peer) throws Exception {
		try (HttpServer server = StorefrontBenchmark.server(peer); HttpClient client = HttpClient.newHttpClient()) {
			URI page = URI.create("http://localhost:" + server.port() + "/page");
			HttpResponse<String> answer = client.send(HttpRequest.newBuilder(page).build(),
					HttpResponse.BodyHandlers.ofString());
			assertThat(answer.body()).isEqualTo("""
					{"title":"The Rings of Saturn","price":1299,"stock":7}""");
		}
	}

}
