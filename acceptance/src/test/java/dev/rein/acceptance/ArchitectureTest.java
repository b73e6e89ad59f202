package dev.rein.acceptance;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The arrows of ARCHITECTURE.md, and the rules that hold in every room.
class ArchitectureTest {
    private static final JavaClasses REIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.rein");

    @Test
    void toolkitKnowsNothingOfThePlatform() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.rein.toolkit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.rein.server..", "dev.rein.sdk..", "dev.rein.cli..", "dev.rein.workload..")
                .because("the toolkit runs from a plain main(), with no cloud and no server"));
    }

    @Test
    void toolkitNeedsNoLibraryButForTheMoon() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.rein.toolkit..")
                .and()
                .resideOutsideOfPackage("dev.rein.toolkit.environment.lander..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "dev.rein.toolkit..",
                        "java..",
                        "javax..",
                        "org.w3c.dom..", // of the JDK too: what javax.imageio describes pictures by
                        "jdk.incubator.vector..",
                        "org.jspecify..")
                .because("a simulator's owner takes the toolkit as one jar; only LunarLander needs a physics engine"));
    }

    @Test
    void workloadMeetsThePlatformOnlyInItsFolderAndOnTheWire() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.rein.workload..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.rein.server..", "dev.rein.sdk..", "dev.rein.cli.."));
    }

    @Test
    void serverKnowsNeitherSdkNorToolkit() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.rein.server..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.rein.sdk..", "dev.rein.toolkit..", "dev.rein.workload..", "dev.rein.cli.."));
    }

    @Test
    void sdkMeetsTheServerOnlyOnTheWire() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.rein.sdk..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.rein.server..", "dev.rein.toolkit..", "dev.rein.workload..", "dev.rein.cli.."));
    }

    @Test
    void packagesOfTheServerFormNoCycle() {
        check(slices().matching("dev.rein.server.(*)..").should().beFreeOfCycles());
    }

    @Test
    void packagesOfTheToolkitFormNoCycle() {
        check(slices().matching("dev.rein.toolkit.(*)..").should().beFreeOfCycles());
    }

    @Test
    void everyPackageIsNullMarked() {
        var unmarked = new TreeSet<String>();
        for (JavaClass type : REIN) {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(type.getPackageName());
            }
        }
        org.assertj.core.api.Assertions.assertThat(unmarked)
                .as("packages without @NullMarked")
                .isEmpty();
    }

    @Test
    void nothingIsReadOrWrittenByJavaSerialisation() {
        check(noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.ObjectInputStream")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.ObjectOutputStream")
                .because("a policy or a checkpoint is data, never code"));
    }

    @Test
    void thereIsNoMutableStaticState() {
        check(ArchRuleDefinition.fields()
                .that()
                .areDeclaredInClassesThat()
                .resideInAPackage("dev.rein..")
                .and()
                .areStatic()
                .should()
                .beFinal());
    }

    @Test
    void onlyProgramsPrintAndExit() {
        check(ArchRuleDefinition.classes()
                .that()
                .resideInAnyPackage("dev.rein.server..", "dev.rein.sdk..")
                .should(notCallSystemExit()));
    }

    private static ArchCondition<JavaClass> notCallSystemExit() {
        return new ArchCondition<>("not call System.exit") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getMethodCallsFromSelf().stream()
                        .filter(call -> call.getTargetOwner().isEquivalentTo(System.class)
                                && call.getName().equals("exit"))
                        .forEach(call -> events.add(SimpleConditionEvent.violated(type, call.getDescription())));
            }
        };
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(REIN);
    }
}
