package dev.rein.server.endpoint;

import static dev.rein.server.endpoint.ServingPlatform.await;
import static dev.rein.server.endpoint.ServingPlatform.variant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rein.server.backend.process.Isolation;
import dev.rein.server.backend.process.ProcessBackend;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sagemaker.model.DescribeEndpointResponse;
import software.amazon.awssdk.services.sagemaker.model.EndpointStatus;

/// Endpoints over the backend they are served by: supervised processes in the best sandbox of this machine.
@Timeout(120)
class SandboxedReplicaTest {
    @TempDir
    Path folder;

    @Test
    void aReplicaServesIsFoundAgainByTheNextServerAndLeavesNothing() throws IOException {
        ServingPlatform platform = null;
        try (var first = ProcessBackend.open(folder.resolve("hosts"))) {
            platform = new ServingPlatform(folder, first);
            platform.serve("e", 1);
            assertThat(platform.describe("e").failureReason()).isNull();
            assertThat(platform.ask("e", "model")).isEqualTo("echo");
            platform.restart();
            ServingPlatform again = platform;
            await(
                    "found again",
                    () -> again.describe("e").productionVariants().getFirst().currentInstanceCount() == 1);
            assertThat(first.known()).hasSize(1);
            assertThat(platform.ask("e", "")).isEqualTo("x");

            platform.model("bad", "exit");
            platform.config("bad", variant("AllTraffic", "bad", 1, 1));
            platform.client.updateEndpoint(request -> request.endpointName("e").endpointConfigName("bad"));
            var settled = platform.settled("e");
            assertThat(settled.endpointStatus()).isEqualTo(EndpointStatus.IN_SERVICE);
            assertThat(settled.failureReason()).contains("exit code 3", "the weights are of the wrong shape");

            platform.client.deleteEndpoint(request -> request.endpointName("e"));
            await("nothing is left", () -> first.known().isEmpty());
        } finally {
            if (platform != null) {
                platform.close();
            }
        }
    }

    @Test
    void aModelThatAsksForNetworkIsolationAnswersAndIsFoundAgainByTheNextServer() throws IOException {
        try (var backend = ProcessBackend.open(folder.resolve("hosts"))) {
            assumeTrue(backend.networkInterface(2, false).equals("eth0"), "only root can open a network");
            try (var platform = new ServingPlatform(folder, backend)) {
                assertThat(alone(platform).failureReason()).isNull();
                assertThat(platform.ask("alone", "model")).isEqualTo("echo");
                platform.restart();
                await(
                        "found again",
                        () -> platform.describe("alone")
                                        .productionVariants()
                                        .getFirst()
                                        .currentInstanceCount()
                                == 1);
                assertThat(platform.ask("alone", "")).isEqualTo("x");
                platform.client.deleteEndpoint(request -> request.endpointName("alone"));
                await("nothing is left", () -> backend.known().isEmpty());
            }
        }
    }

    /// Waiting for its first answer to `/ping` would tell the user nothing.
    @Test
    void whereThereIsNoSandboxAModelThatAsksForNetworkIsolationIsRefusedInWords() throws IOException {
        try (var backend = ProcessBackend.open(folder.resolve("hosts"), Isolation.PROCESS_NAMESPACE);
                var platform = new ServingPlatform(folder, backend)) {
            var settled = alone(platform);
            assertThat(settled.endpointStatus()).isEqualTo(EndpointStatus.FAILED);
            assertThat(settled.failureReason()).contains("network isolation is not to be had here");
            platform.client.deleteEndpoint(request -> request.endpointName("alone"));
            await("nothing is left", () -> backend.known().isEmpty());
        }
    }

    private static DescribeEndpointResponse alone(ServingPlatform platform) throws IOException {
        platform.model("alone", "echo");
        platform.client.createEndpointConfig(request -> request.endpointConfigName("alone")
                .enableNetworkIsolation(true)
                .productionVariants(variant("AllTraffic", "alone", 1, 1)));
        platform.client.createEndpoint(request -> request.endpointName("alone").endpointConfigName("alone"));
        return platform.settled("alone");
    }
}
