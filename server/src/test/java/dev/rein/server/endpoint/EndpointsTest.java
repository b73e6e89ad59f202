package dev.rein.server.endpoint;

import static dev.rein.server.endpoint.ServingPlatform.await;
import static dev.rein.server.endpoint.ServingPlatform.variant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sagemaker.model.CaptureOption;
import software.amazon.awssdk.services.sagemaker.model.DescribeEndpointResponse;
import software.amazon.awssdk.services.sagemaker.model.DesiredWeightAndCapacity;
import software.amazon.awssdk.services.sagemaker.model.EndpointStatus;
import software.amazon.awssdk.services.sagemaker.model.ProductionVariant;
import software.amazon.awssdk.services.sagemaker.model.SageMakerException;
import software.amazon.awssdk.services.sagemakerruntime.model.SageMakerRuntimeException;

@Timeout(120)
class EndpointsTest {
    @TempDir
    Path folder;

    private LocalProcesses processes;
    private ServingPlatform platform;

    @BeforeEach
    void start() throws IOException {
        processes = new LocalProcesses(folder.resolve("hosts"));
        platform = new ServingPlatform(folder, processes);
    }

    @AfterEach
    void stop() {
        platform.close();
        processes.close();
        assertThat(processes.running()).isZero();
    }

    private void delete(String name) {
        platform.client.deleteEndpoint(request -> request.endpointName(name));
        await(name + " gone", () -> {
            try {
                platform.describe(name);
                return false;
            } catch (SageMakerException e) {
                assertThat(e.awsErrorDetails().errorMessage())
                        .isEqualTo("Could not find endpoint \"arn:aws:sagemaker:us-west-2:000000000000:endpoint/%s\"."
                                .formatted(name));
                return true;
            }
        });
    }

    @Test
    void anEndpointIsCreatedInvokedAndDeletedWithoutATrace() throws IOException {
        platform.serve("cart", 1);
        assertThat(platform.describe("cart").endpointStatus()).isEqualTo(EndpointStatus.IN_SERVICE);
        var answer = platform.invoke("cart", "", "[1, 2]");
        assertThat(answer.body().asUtf8String()).isEqualTo("[1, 2]");
        assertThat(answer.contentType()).isEqualTo("text/plain");
        assertThat(answer.invokedProductionVariant()).isEqualTo("AllTraffic");
        assertThat(platform.ask("cart", "environment")).isEqualTo("vanilla");
        platform.client.deleteEndpointConfig(request -> request.endpointConfigName("cart"));
        platform.client.deleteModel(request -> request.modelName("cart"));
        delete("cart");
        assertThat(platform.backend.known()).isEmpty();
        assertThat(folder.resolve("work")).isEmptyDirectory();
        assertThat(platform.streams).hasSize(1).allSatisfy((stream, log) -> {
            assertThat(stream).startsWith("/aws/sagemaker/Endpoints/cart AllTraffic/replica-1-0-");
            assertThat(log).content().startsWith("serving from");
        });
        assertThatThrownBy(() -> platform.ask("cart", ""))
                .isInstanceOfSatisfying(SageMakerRuntimeException.class, e -> {
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ValidationError");
                    assertThat(e.awsErrorDetails().errorMessage())
                            .isEqualTo("Endpoint cart of account 000000000000 not found.");
                });
    }

    @Test
    void anEndpointWhoseRuntimeIsBeingMadeSaysHowFarThatIs() throws IOException {
        var made = new CompletableFuture<String>();
        platform.preparation = (runtime, progress) -> {
            progress.accept("Making the runtime " + runtime.name() + ": 3 of 9 packages");
            return made.thenApply(_ -> runtime);
        };
        platform.model("m", "echo");
        platform.config("c", variant("v", "m", 1, 1));
        platform.client.createEndpoint(request -> request.endpointName("e").endpointConfigName("c"));
        await("told", () -> statuses("e").equals("Creating Making the runtime echo: 3 of 9 packages"));
        made.complete("");
        assertThat(platform.settled("e").endpointStatus()).isEqualTo(EndpointStatus.IN_SERVICE);
        assertThat(statuses("e")).isEmpty();
    }

    private String statuses(String name) {
        return platform.describe(name).productionVariants().getFirst().variantStatus().stream()
                .map(status -> status.statusAsString() + " " + status.statusMessage())
                .collect(Collectors.joining(", "));
    }

    @Test
    void takenAndMissingNamesAreToldInTheWordsClientsMatch() throws IOException {
        platform.model("m", "echo");
        String arn = "arn:aws:sagemaker:us-west-2:000000000000:";
        assertThatThrownBy(() -> platform.model("m", "echo"))
                .hasMessageContaining("Cannot create already existing model \"" + arn + "model/m\".");
        assertThatThrownBy(() -> platform.client.describeModel(request -> request.modelName("n")))
                .hasMessageContaining("Could not find model \"" + arn + "model/n\".");
        assertThatThrownBy(() -> platform.config("c", variant("v", "n", 1, 1)))
                .hasMessageContaining("Could not find model \"" + arn + "model/n\".");
        platform.config("c", variant("v", "m", 1, 1));
        assertThatThrownBy(() -> platform.config("c", variant("v", "m", 1, 1)))
                .hasMessageContaining(
                        "Cannot create already existing endpoint configuration \"" + arn + "endpoint-config/c\".");
        assertThatThrownBy(() -> platform.client.createEndpoint(
                        request -> request.endpointName("e").endpointConfigName("d")))
                .hasMessageContaining("Could not find endpoint configuration \"" + arn + "endpoint-config/d\".");
    }

    @Test
    void whatCannotBeServedIsRefusedByName() {
        assertThatThrownBy(() -> platform.client.createModel(request -> request.modelName("m")
                        .executionRoleArn("arn:aws:iam::000000000000:role/ReinRole")
                        .primaryContainer(container ->
                                container.image("unknown:1").mode("MultiModel").modelDataUrl("s3://models/none"))))
                .hasMessageContaining("3 validation errors detected")
                .hasMessageContaining("MultiModel is not supported")
                .hasMessageContaining("Image: \"unknown:1\" cannot be served here (can be served: echo:latest)")
                .hasMessageContaining("Could not find model data at s3://models/none.");
        assertThatThrownBy(() -> platform.client.createEndpointConfig(request -> request.endpointConfigName("c")
                        .dataCaptureConfig(capture -> capture.enableCapture(true)
                                .initialSamplingPercentage(100)
                                .destinationS3Uri("s3://b/captured")
                                .captureOptions(CaptureOption.builder()
                                        .captureMode("Input")
                                        .build()))
                        .asyncInferenceConfig(async -> async.outputConfig(output -> output.s3OutputPath("s3://b/o")))
                        .productionVariants(ProductionVariant.builder()
                                .variantName("v")
                                .modelName("m")
                                .serverlessConfig(
                                        config -> config.memorySizeInMB(2048).maxConcurrency(1))
                                .build())))
                .hasMessageContaining("AsyncInferenceConfig is not supported here")
                .hasMessageContaining("DataCaptureConfig.EnableCapture: true is not supported here")
                .hasMessageContaining("ServerlessConfig is not supported here");
        for (String elsewhere : List.of("https://169.254.169.254/latest/meta-data", "https://localhost/model.tar.gz")) {
            assertThatThrownBy(() -> platform.client.createModel(request -> request.modelName("m")
                            .executionRoleArn("arn:aws:iam::000000000000:role/ReinRole")
                            .primaryContainer(
                                    container -> container.image("echo:latest").modelDataUrl(elsewhere))))
                    .hasMessageContaining(elsewhere);
        }
    }

    @Test
    void listsAreFilteredAndPaged() throws IOException {
        for (String name : new String[] {"a1", "a2", "a3", "b1"}) {
            platform.model(name, "echo");
        }
        var first = platform.client.listModels(request ->
                request.nameContains("a").sortBy("Name").sortOrder("Ascending").maxResults(2));
        assertThat(first.models()).extracting("modelName").containsExactly("a1", "a2");
        var second = platform.client.listModels(request -> request.nameContains("a")
                .sortBy("Name")
                .sortOrder("Ascending")
                .maxResults(2)
                .nextToken(first.nextToken()));
        assertThat(second.models()).extracting("modelName").containsExactly("a3");
        assertThat(second.nextToken()).isNull();
    }

    @Nested
    class GivenAModelThatDoesNotServe {
        private DescribeEndpointResponse create() {
            platform.client.createEndpoint(request -> request.endpointName("e").endpointConfigName("e"));
            DescribeEndpointResponse settled = platform.settled("e");
            assertThat(settled.endpointStatus()).isEqualTo(EndpointStatus.FAILED);
            await("nothing runs", () -> platform.backend.known().isEmpty());
            delete("e");
            return settled;
        }

        @Test
        void anArchiveThatLeadsOutFailsTheEndpointWithTheReason() throws IOException {
            Path archive = Files.writeString(folder.resolve("bad.tar.gz"), "no archive at all");
            platform.modelOf("e", archive);
            platform.config("e", variant("AllTraffic", "e", 1, 1));
            assertThat(create().failureReason())
                    .startsWith("s3://models/e/model.tar.gz cannot be unpacked: The archive is not gzip");
        }

        @Test
        void aServerThatEndsFailsTheEndpointWithItsLastLines() throws IOException {
            platform.model("e", "exit");
            platform.config("e", variant("AllTraffic", "e", 2, 1));
            assertThat(create().failureReason())
                    .startsWith("The primary container for production variant AllTraffic ended with exit code 3")
                    .contains("the weights are of the wrong shape")
                    .doesNotContain("incubator");
        }

        @Test
        void anEndpointBeingCreatedCanBeDeleted() throws IOException {
            platform.model("e", "silent");
            platform.config("e", variant("AllTraffic", "e", 1, 1));
            platform.client.createEndpoint(request -> request.endpointName("e").endpointConfigName("e"));
            await("started", () -> processes.running() == 1);
            assertThatThrownBy(() -> platform.ask("e", ""))
                    .hasMessageContaining("Endpoint e of account 000000000000 not found.");
            assertThatThrownBy(() -> platform.client.updateEndpoint(
                            request -> request.endpointName("e").endpointConfigName("e")))
                    .hasMessageContaining("Cannot update in-progress endpoint");
            delete("e");
            assertThat(platform.backend.known()).isEmpty();
        }
    }

    @Nested
    class GivenAnEndpointInService {
        @BeforeEach
        void serve() throws IOException {
            platform.serve("e", 2);
        }

        @Test
        void aReplicaThatFailsItsPingIsReplaced() {
            platform.ask("e", "deafen");
            platform.ask("e", "deafen");
            await("two streams ended", () -> platform.streams.size() >= 1);
            await(
                    "both up again",
                    () -> platform.describe("e").productionVariants().getFirst().currentInstanceCount() == 2);
            assertThat(platform.ask("e", "")).isEqualTo("x");
        }

        @Test
        void anUpdateUnderLoadLosesNoInvocation() throws Exception {
            platform.model("second", "second");
            platform.config("second", variant("AllTraffic", "second", 2, 1));
            var done = new AtomicBoolean();
            try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<Integer> load = clients.submit(() -> {
                    int answered = 0;
                    while (!done.get()) {
                        assertThat(platform.ask("e", "")).isEqualTo("x");
                        answered++;
                    }
                    return answered;
                });
                platform.client.updateEndpoint(
                        request -> request.endpointName("e").endpointConfigName("second"));
                await("updated", () -> platform.describe("e").endpointStatus() == EndpointStatus.IN_SERVICE);
                await("old replicas gone", () -> platform.backend.known().size() == 2);
                done.set(true);
                assertThat(load.get()).isPositive();
            }
            assertThat(platform.ask("e", "model")).isEqualTo("second");
            assertThat(platform.describe("e").endpointConfigName()).isEqualTo("second");
        }

        @Test
        void anUpdateThatFailsIsRolledBack() throws IOException {
            platform.model("bad", "exit");
            platform.config("bad", variant("AllTraffic", "bad", 1, 1));
            platform.client.updateEndpoint(request -> request.endpointName("e").endpointConfigName("bad"));
            DescribeEndpointResponse settled = platform.settled("e");
            assertThat(settled.endpointStatus()).isEqualTo(EndpointStatus.IN_SERVICE);
            assertThat(settled.endpointConfigName()).isEqualTo("e");
            assertThat(settled.failureReason()).contains("exit code 3");
            assertThat(platform.ask("e", "model")).isEqualTo("echo");
            await("nothing of it is left", () -> platform.backend.known().size() == 2);
        }

        @Test
        void countsChangeWithoutNewReplicasForOld() {
            platform.client.updateEndpointWeightsAndCapacities(request -> request.endpointName("e")
                    .desiredWeightsAndCapacities(DesiredWeightAndCapacity.builder()
                            .variantName("AllTraffic")
                            .desiredInstanceCount(1)
                            .build()));
            platform.settled("e");
            await("one left", () -> platform.backend.known().size() == 1);
            String one = platform.ask("e", "who");
            platform.client.updateEndpointWeightsAndCapacities(request -> request.endpointName("e")
                    .desiredWeightsAndCapacities(DesiredWeightAndCapacity.builder()
                            .variantName("AllTraffic")
                            .desiredInstanceCount(2)
                            .build()));
            platform.settled("e");
            assertThat(processes.running()).isEqualTo(2);
            await("the old one answers too", () -> platform.ask("e", "who").equals(one));
        }

        @Test
        void oneRequestAfterTheOtherReachesEveryReplica() {
            assertThat(List.of(platform.ask("e", "who"), platform.ask("e", "who")))
                    .doesNotHaveDuplicates();
        }

        @Test
        void aNewServerFindsTheReplicasOfTheOld() throws IOException {
            String before = platform.ask("e", "who");
            platform.restart();
            assertThat(platform.describe("e").endpointStatus()).isEqualTo(EndpointStatus.IN_SERVICE);
            await(
                    "both found",
                    () -> platform.describe("e").productionVariants().getFirst().currentInstanceCount() == 2);
            await("the same process answers", () -> platform.ask("e", "who").equals(before));
            assertThat(platform.backend.known()).hasSize(2);
        }

        @Test
        void aNewServerStartsWhatDiedMeanwhileAndEndsWhatNobodyWants() throws IOException {
            platform.closeServer();
            processes.close();
            platform.restart();
            await(
                    "both started anew",
                    () -> platform.describe("e").productionVariants().getFirst().currentInstanceCount() == 2);
            assertThat(platform.backend.known()).hasSize(2);
            assertThat(platform.ask("e", "")).isEqualTo("x");
        }
    }

    @Test
    void variantsShareTheTrafficByWeight() throws IOException {
        platform.model("a", "a");
        platform.model("b", "b");
        platform.config("e", variant("A", "a", 1, 3), variant("B", "b", 1, 1));
        platform.client.createEndpoint(request -> request.endpointName("e").endpointConfigName("e"));
        assertThat(platform.settled("e").endpointStatus()).isEqualTo(EndpointStatus.IN_SERVICE);
        Map<String, Integer> shares = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            shares.merge(platform.invoke("e", "", "x").invokedProductionVariant(), 1, Integer::sum);
        }
        assertThat(shares.get("A")).isBetween(298, 302);
        platform.client.updateEndpointWeightsAndCapacities(request -> request.endpointName("e")
                .desiredWeightsAndCapacities(DesiredWeightAndCapacity.builder()
                        .variantName("A")
                        .desiredWeight(0f)
                        .build()));
        platform.settled("e");
        assertThat(platform.invoke("e", "", "x").invokedProductionVariant()).isEqualTo("B");
        assertThatThrownBy(() -> platform.client.updateEndpointWeightsAndCapacities(request -> request.endpointName("e")
                        .desiredWeightsAndCapacities(DesiredWeightAndCapacity.builder()
                                .variantName("B")
                                .desiredWeight(0f)
                                .build())))
                .hasMessageContaining("all weights would be 0");
    }
}
