package io.taskgroup;

import java.util.concurrent.locks.LockSupport;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * What the engine is made of, and which of its classes do what nobody else may.
 */
class ArchitectureTests {

	private static final JavaClasses CORE = new ClassFileImporter()
		.withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("io.taskgroup");

	@Test
	@DisplayName("the engine needs the JDK, JSpecify and Bucket4j, and nothing else")
	void needs() {
		classes().that()
			.resideInAPackage("io.taskgroup")
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "jdk.jfr..", "org.jspecify..", "io.github.bucket4j..", "io.taskgroup")
			.check(CORE);
	}

	@Test
	@DisplayName("the library for adaptive limits is used by the package for them alone, and that by nobody")
	void adaptive() {
		classes().that()
			.resideInAPackage("io.taskgroup.adaptive")
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "org.jspecify..", "com.netflix.concurrency..", "io.taskgroup..")
			.check(CORE);
	}

	@Test
	@DisplayName("one class knows Bucket4j, so that another library could take its place")
	void bucket4j() {
		noClasses().that(not(belongToAnyOf(BucketLimiter.class)))
			.should()
			.dependOnClassesThat()
			.resideInAPackage("io.github.bucket4j..")
			.check(CORE);
	}

	@Test
	@DisplayName("what runs the public types is not public itself")
	void hidden() {
		classes().that()
			.arePublic()
			.and()
			.areTopLevelClasses()
			.and()
			.areNotInterfaces()
			.and()
			.areNotEnums()
			.and()
			.areNotRecords()
			.and()
			.areNotAssignableTo(Throwable.class)
			.should()
			.haveModifier(JavaModifier.FINAL)
			.andShould()
			.haveOnlyPrivateConstructors()
			.because("what is public is a type to use, not one to make or to extend")
			.check(CORE);
	}

	@Test
	@DisplayName("5.2 threads are interrupted by the one class that keeps the books of interrupts")
	void interrupts() {
		// the iterator gives back what was somebody else's, to its own thread
		noClasses().that(not(belongToAnyOf(Interrupts.class, CompletionOrder.class)))
			.should()
			.callMethod(Thread.class, "interrupt")
			.check(CORE);
	}

	@Test
	@DisplayName("5.2 threads are parked where a cancellation wakes them, and for the permits that they had lent")
	void parking() {
		noClasses().that(not(belongToAnyOf(Strand.class, FifoLimiter.class)))
			.should()
			.callMethodWhere(JavaCall.Predicates.target(nameStartingWith("park"))
				.and(JavaCall.Predicates.target(HasOwner.Predicates.With.owner(type(LockSupport.class)))))
			.check(CORE);
	}

}
