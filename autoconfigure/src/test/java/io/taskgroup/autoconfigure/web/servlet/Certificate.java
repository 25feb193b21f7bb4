package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A certificate for {@code localhost}, made by the JDK's own tool.
 *
 * @param store the key store
 */
record Certificate(Path store) {

	private static final String PASSWORD = "not a secret";

	static Certificate make(Path directory) throws IOException, InterruptedException {
		Path store = directory.resolve("localhost.p12");
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "localhost", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
				"SAN=dns:localhost,ip:127.0.0.1", "-validity", "2", "-storetype", "PKCS12", "-storepass", PASSWORD,
				"-keystore", store.toString())
			.redirectErrorStream(true)
			.redirectOutput(directory.resolve("keytool.log").toFile())
			.start();
		assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(keytool.exitValue()).as(Files.readString(directory.resolve("keytool.log"))).isZero();
		return new Certificate(store);
	}

	/** The properties of a server that has it. */
	String[] properties() {
		return new String[] { "server.ssl.key-store=" + this.store, "server.ssl.key-store-password=" + PASSWORD,
				"server.ssl.key-store-type=PKCS12" };
	}

	/** What trusts it. */
	SSLContext trusting() throws IOException, GeneralSecurityException {
		KeyStore trusted = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(this.store)) {
			trusted.load(in, PASSWORD.toCharArray());
		}
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(trusted);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, trust.getTrustManagers(), null);
		return context;
	}

}
