package io.taskgroup.sample;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * The storefront is written as any application would be.
 */
class ArchitectureTests {

	private static final JavaClasses STOREFRONT = new ClassFileImporter()
		.withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("io.taskgroup.sample");

	@Test
	@DisplayName("the storefront knows task groups, and not what configures them")
	void knows() {
		noClasses().should().dependOnClassesThat().resideInAPackage("io.taskgroup.autoconfigure..").check(STOREFRONT);
	}

}
