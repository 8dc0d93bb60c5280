package io.procgrid.head;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows between the rooms of docs/architecture.md. */
class ArchitectureTest {
  private static final String HEAD = "io.procgrid.head";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(HEAD);

  private static DescribedPredicate<JavaClass> room(String room) {
    return resideInAPackage(HEAD + "." + room + "..");
  }

  private static DescribedPredicate<JavaClass> named(String... names) {
    return nameMatching("(%s)([$].*)?".formatted(String.join("|", names).replace(".", "[.]")))
        .<JavaClass>forSubtype();
  }

  @Test
  void everyRoomIsSeen() {
    for (String room : new String[] {"api", "core", "engine", "stop", "store", "workers"}) {
      assertThat(CLASSES.that(room(room))).as(room).isNotEmpty();
    }
  }

  @Test
  void coreKnowsNothingOfTheWorldOutside() {
    classes()
        .that(room("core"))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                    HEAD + ".core",
                    "io.procgrid.common.id",
                    "io.procgrid.common.loop",
                    "io.procgrid.common.run",
                    "java.lang..",
                    "java.time",
                    "java.util",
                    "java.util.function",
                    "java.util.stream",
                    "com.google.common.base",
                    "com.google.common.collect",
                    "com.google.errorprone.annotations..",
                    "org.jspecify.annotations")
                .or(name("com.google.protobuf.ByteString"))
                // Arrays of primitive types have no package.
                .or(resideInAPackage("")))
        .check(CLASSES);
    noClasses()
        .that(room("core"))
        .should()
        .dependOnClassesThat(
            named(
                "java.lang.Thread",
                "java.lang.ThreadLocal",
                "java.lang.System",
                "java.lang.Runtime",
                "java.lang.Process",
                "java.time.Clock",
                "java.util.Random",
                "java.util.Timer",
                "io.procgrid.common.loop.EventLoop"))
        .check(CLASSES);
  }

  @Test
  void coreNeverAsksForTheTime() {
    noClasses()
        .that(room("core"))
        .should()
        .callMethodWhere(target(name("now")).and(target(owner(resideInAPackage("java.time")))))
        .check(CLASSES);
  }

  @Test
  void protoAndGrpcEndWhereTheWireIs() {
    noClasses()
        .that(DescribedPredicate.not(room("workers").or(room("stop"))))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("io.procgrid.proto..", "io.procgrid.common.wire..", "io.grpc.."))
        .check(CLASSES);
  }

  @Test
  void httpEndsInTheApi() {
    noClasses()
        .that(DescribedPredicate.not(room("api")))
        .should()
        .dependOnClassesThat(resideInAnyPackage("com.linecorp.armeria..", "io.netty.."))
        .check(CLASSES);
  }

  @Test
  void databaseEndsInTheStore() {
    noClasses()
        .that(DescribedPredicate.not(room("store")))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.sql..",
                "javax.sql..",
                "org.jdbi..",
                "org.flywaydb..",
                "com.zaxxer..",
                "org.sqlite.."))
        .check(CLASSES);
  }

  @Test
  void engineCarriesOutWithoutKnowingWho() {
    noClasses()
        .that(room("engine"))
        .should()
        .dependOnClassesThat(room("api").or(room("store")).or(room("workers")).or(room("stop")))
        .check(CLASSES);
  }

  @Test
  void storeKnowsTheCoreOnly() {
    noClasses()
        .that(room("store"))
        .should()
        .dependOnClassesThat(room("api").or(room("engine")).or(room("workers")).or(room("stop")))
        .check(CLASSES);
  }

  @Test
  void linksReadFilesAndHandCommandsOverAndNoMore() {
    noClasses()
        .that(room("workers"))
        .should()
        .dependOnClassesThat(
            room("api")
                .or(room("stop"))
                .or(room("store").and(DescribedPredicate.not(named(HEAD + ".store.BundleArchive"))))
                .or(
                    room("engine")
                        .and(DescribedPredicate.not(named(HEAD + ".engine.CommandGateway")))))
        .check(CLASSES);
  }

  @Test
  void apiReadsButNeverWritesTheStore() {
    noClasses()
        .that(room("api"))
        .should()
        .dependOnClassesThat(
            room("stop")
                .or(
                    room("store")
                        .and(
                            DescribedPredicate.not(
                                named(
                                    HEAD + ".store.RunArchive",
                                    HEAD + ".store.ArchivedRun",
                                    HEAD + ".store.BundleArchive"))))
                .or(
                    room("workers")
                        .and(DescribedPredicate.not(named(HEAD + ".workers.OutputReader"))))
                .or(
                    room("engine")
                        .and(DescribedPredicate.not(named(HEAD + ".engine.CommandGateway")))))
        .check(CLASSES);
  }

  @Test
  void noRoomKnowsTheCompositionRoot() {
    noClasses()
        .that(resideInAPackage(HEAD + ".*.."))
        .should()
        .dependOnClassesThat(named(HEAD + ".HeadNode", HEAD + ".HeadConfig"))
        .check(CLASSES);
  }

  @Test
  void headAndWorkerNeverMeet() {
    noClasses()
        .should()
        .dependOnClassesThat(resideInAPackage("io.procgrid.worker.."))
        .check(CLASSES);
  }
}
