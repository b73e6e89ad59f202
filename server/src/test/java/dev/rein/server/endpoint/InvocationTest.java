package dev.rein.server.endpoint;

import static dev.rein.server.endpoint.ServingPlatform.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.Python;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sagemakerruntime.model.ModelErrorException;

/// What callers get from one endpoint of two replicas, which all tests share: none changes it for the others.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InvocationTest {
    private LocalProcesses processes;
    private ServingPlatform platform;

    @BeforeAll
    void serve(@TempDir Path folder) throws IOException {
        processes = new LocalProcesses(folder.resolve("hosts"));
        platform = new ServingPlatform(folder, processes);
        platform.serve("e", 2);
    }

    @AfterAll
    void stop() {
        platform.close();
        processes.close();
    }

    @Test
    void aModelsErrorComesBackWithItsStatusAndMessage() {
        assertThatThrownBy(() -> platform.ask("e", "fail")).isInstanceOfSatisfying(ModelErrorException.class, e -> {
            assertThat(e.statusCode()).isEqualTo(424);
            assertThat(e.originalStatusCode()).isEqualTo(500);
            assertThat(e.originalMessage()).isEqualTo("the model is on fire");
            assertThat(e.logStreamArn())
                    .startsWith("arn:aws:logs:us-west-2:000000000000:log-group:/aws/sagemaker/Endpoints/e:"
                            + "log-stream:AllTraffic/replica-1-0-");
            assertThat(e.getMessage())
                    .contains("Received server error (500) from primary with message \"the model is on fire\"");
        });
        assertThatThrownBy(() -> platform.ask("e", "refuse"))
                .isInstanceOfSatisfying(
                        ModelErrorException.class,
                        e -> assertThat(e.originalStatusCode()).isEqualTo(400));
    }

    @Test
    void anAnswerThatBreaksOffOrNeverComesIsAModelError() {
        assertThatThrownBy(() -> platform.ask("e", "half"))
                .isInstanceOf(ModelErrorException.class)
                .hasMessageContaining("broke off");
        assertThatThrownBy(() -> platform.ask("e", "hang"))
                .isInstanceOf(ModelErrorException.class)
                .hasMessageContaining("timed out while waiting for a response from container primary");
    }

    @Test
    void largeChunkedAndEmptyAnswersArePassedOn() {
        assertThat(platform.invoke("e", "large", "x").body().asByteArrayUnsafe())
                .hasSize(5_000_000);
        assertThat(platform.ask("e", "chunks")).isEqualTo("xx");
        assertThat(platform.ask("e", "none")).isEmpty();
        String sixMegabytes = "x".repeat(6_000_000);
        assertThat(platform.invoke("e", "", sixMegabytes).body().asUtf8String()).isEqualTo(sixMegabytes);
    }

    @Test
    void onlyTheHeadersOfTheContractReachTheModel() {
        var answer = platform.runtime.invokeEndpoint(request -> request.endpointName("e")
                .contentType("application/json")
                .accept("text/csv")
                .customAttributes("headers")
                .inferenceId("id-7")
                .targetVariant("AllTraffic")
                .body(SdkBytes.fromUtf8String("{}")));
        assertThat(answer.body().asUtf8String())
                .contains("application/json", "text/csv", "id-7", "AllTraffic")
                .doesNotContainIgnoringCase("authorization")
                .doesNotContainIgnoringCase("x-amz-date");
        assertThat(answer.customAttributes()).isEqualTo("wish=headers");
    }

    @Test
    void boto3TakesAnswersPieceByPiece(@TempDir Path marks) throws Exception {
        Python.run(
                InvocationTest.class,
                "stream.py",
                platform.environment(Map.of("MARKS", marks.resolve("mark-").toString())));
    }

    @Test
    void aSessionStaysWithTheReplicaThatOpenedIt() {
        var opened = platform.invoke("e", "open", "x");
        String home = opened.body().asUtf8String();
        assertThat(opened.newSessionId()).isEqualTo("mine-" + home + "; Expires=2030");
        for (int i = 0; i < 10; i++) {
            var answer = platform.runtime.invokeEndpoint(request -> request.endpointName("e")
                    .sessionId("mine-" + home)
                    .contentType("text/plain")
                    .customAttributes("who")
                    .body(SdkBytes.fromUtf8String("x")));
            assertThat(answer.body().asUtf8String()).isEqualTo(home);
        }
    }

    @Test
    void anUnknownTargetVariantIsRefused() {
        assertThatThrownBy(() -> platform.runtime.invokeEndpoint(request ->
                        request.endpointName("e").targetVariant("Other").body(SdkBytes.fromUtf8String("{}"))))
                .hasMessageContaining("Variant Other of endpoint e not found (has: AllTraffic).");
    }

    @Test
    void aCrashedReplicaIsStartedAnewWhileTheOtherServes() {
        String before = platform.ask("e", "who");
        assertThatThrownBy(() -> platform.ask("e", "crash")).isInstanceOf(ModelErrorException.class);
        for (int i = 0; i < 50; i++) {
            assertThat(platform.ask("e", "")).isEqualTo("x");
        }
        await(
                "both up again",
                () -> platform.describe("e").productionVariants().getFirst().currentInstanceCount() == 2);
        assertThat(before).isNotEmpty();
    }
}
