package io.procgrid.worker;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.procgrid.worker.process.ProcessRecord;
import io.procgrid.worker.process.TreeDeath;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows between the rooms of the worker, as docs/architecture.md draws them. */
class ArchitectureTest {
  private static JavaClasses classes;

  @BeforeAll
  static void readClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.procgrid.worker");
  }

  @Test
  void everyRoomIsSeen() {
    assertThat(classes)
        .extracting(c -> c.getPackageName().replace("io.procgrid.worker", ""))
        .contains(
            "", ".core", ".engine", ".journal", ".output", ".process", ".process.linux", ".rpc");
  }

  @Test
  void coreIsPure() {
    classes()
        .that()
        .resideInAPackage("io.procgrid.worker.core")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                    "io.procgrid.worker.core",
                    "io.procgrid.common.id",
                    "io.procgrid.common.run",
                    "io.procgrid.common.loop",
                    "java.lang",
                    "java.lang.runtime",
                    "java.util",
                    "java.util.function",
                    "java.util.stream",
                    "com.google.common.collect",
                    "org.jspecify.annotations")
                // Values that cross rooms.
                .or(belongToAnyOf(ProcessRecord.class, TreeDeath.class)))
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("io.procgrid.worker.core")
        .should()
        .dependOnClassesThat(belongToAnyOf(Thread.class, System.class, java.util.Random.class))
        .check(classes);
  }

  @Test
  void protoTypesEndAtTheService() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.procgrid.worker.rpc")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.procgrid.proto..", "com.google.protobuf..")
        .check(classes);
  }

  @Test
  void grpcIsKnownToTheServiceAndTheCompositionRootOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.procgrid.worker.rpc", "io.procgrid.worker")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.grpc..")
        .check(classes);
  }

  @Test
  void nativeCodeIsTouchedInOneRoomOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.procgrid.worker.process.linux")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .check(classes);
  }

  @Test
  void processKnowsNoOtherRoom() {
    noClasses()
        .that()
        .resideInAPackage("io.procgrid.worker.process..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.procgrid.worker",
            "io.procgrid.worker.core",
            "io.procgrid.worker.engine",
            "io.procgrid.worker.journal",
            "io.procgrid.worker.output",
            "io.procgrid.worker.rpc")
        .check(classes);
  }

  @Test
  void arrowsPointFromTheServiceThroughTheEngineToTheCore() {
    noClasses()
        .that()
        .resideInAnyPackage("io.procgrid.worker.journal", "io.procgrid.worker.output")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.procgrid.worker.engine", "io.procgrid.worker.rpc")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("io.procgrid.worker.engine")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.procgrid.worker.rpc")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("io.procgrid.worker.rpc")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.procgrid.worker.process..")
        .check(classes);
  }

  @Test
  void nothingDependsOnTheHead() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.procgrid.head..")
        .check(classes);
  }
}
