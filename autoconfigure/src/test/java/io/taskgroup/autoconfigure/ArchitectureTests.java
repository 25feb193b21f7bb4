package io.taskgroup.autoconfigure;

import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * A package for each concern, each removable without touching the others, and the
 * libraries that each of them may know.
 */
class ArchitectureTests {

	private static final String ROOT = "io.taskgroup.autoconfigure";

	private static final JavaClasses ALL = new ClassFileImporter()
		.withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages(ROOT);

	@ParameterizedTest
	@CsvSource(delimiter = ';', textBlock = """
			root;         root
			actuate;      root actuate
			context;      root context
			metrics;      root metrics
			observation;  root observation
			web;          root web
			web.client;   root web web.client
			web.reactive; root web web.reactive context
			web.servlet;  root web web.servlet
			""")
	@DisplayName("a package knows those above it, and no other concern")
	void concerns(String concern, String known) {
		noClasses().that()
			.resideInAPackage(packageOf(concern))
			.should()
			.dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(packagesOf(known)))))
			.check(ALL);
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', textBlock = """
			jakarta.servlet..;                    actuate context web.servlet
			org.apache.catalina..;                web.servlet
			org.apache.coyote..;                  web.servlet
			org.apache.hc..;                      web.client
			org.slf4j..;                          context
			org.springframework.boot.actuate..;   actuate
			org.springframework.web..;            actuate context web.client web.reactive web.servlet
			org.springframework.http..;           actuate web web.client web.reactive web.servlet
			reactor..;                            actuate web.client web.reactive
			io.micrometer.context..;              context web.reactive
			io.micrometer.core..;                 metrics observation
			io.micrometer.observation..;          observation
			io.micrometer.tracing..;              observation
			""")
	@DisplayName("a library that may be missing is known only to the concerns that are about it")
	void libraries(String library, String concerns) {
		noClasses().that()
			.resideOutsideOfPackages(packagesOf(concerns))
			.should()
			.dependOnClassesThat()
			.resideInAPackage(library)
			.check(ALL);
	}

	private static String[] packagesOf(String concerns) {
		return Stream.of(concerns.split(" ")).map(ArchitectureTests::packageOf).toArray(String[]::new);
	}

	private static String packageOf(String concern) {
		return concern.equals("root") ? ROOT : ROOT + "." + concern;
	}

}
