package dev.rein.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.Python;
import dev.rein.server.identity.Account;
import dev.rein.server.identity.Credentials;
import dev.rein.server.identity.Identity;
import dev.rein.server.identity.SignatureV4;
import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.ApiTable;
import dev.rein.server.wire.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobResponse;

final class HttpFrontTest {
    private static final URI S3 = URI.create("http://127.0.0.1:1");

    private final Credentials credentials = Credentials.random(new SecureRandom());
    private HttpFront front;

    @BeforeEach
    void start() throws IOException {
        front = start(0);
    }

    @AfterEach
    void stop() {
        front.close();
    }

    @Test
    void boto3GetsAnswersAndTypedErrors() throws IOException, InterruptedException {
        Python.run(
                HttpFrontTest.class,
                "front.py",
                Map.of(
                        "AWS_ENDPOINT_URL", front.endpoint().toString(),
                        "AWS_ACCESS_KEY_ID", credentials.accessKeyId(),
                        "AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey(),
                        "AWS_DEFAULT_REGION", "us-west-2"));
    }

    @Test
    void pingNeedsNoSignatureAndNothingElseGoesWithout() throws IOException, InterruptedException {
        assertThat(get("/ping").statusCode()).isEqualTo(200);
        assertThat(get("/").statusCode()).isEqualTo(403);
        assertThat(get("/").body()).contains("<Code>MissingAuthenticationToken</Code>");
        assertThat(get("/endpoints/e/invocations").statusCode()).isEqualTo(403);
    }

    @Test
    void aTakenPortIsNamed() {
        int port = front.endpoint().getPort();
        assertThatThrownBy(() -> start(port))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("port: " + port + " on 127.0.0.1 is in use");
    }

    @Test
    void aBodyBeyondTheLimitIsNotReadForAStranger() throws IOException {
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), front.endpoint().getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("""
                            POST / HTTP/1.1\r
                            Host: x\r
                            Content-Length: 100000000000\r
                            X-Amz-Target: SageMaker.ListModels\r
                            \r
                            """.getBytes(UTF_8));
            var answer = new String(socket.getInputStream().readNBytes(12), UTF_8);
            assertThat(answer).isEqualTo("HTTP/1.1 403");
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(front.endpoint().resolve(path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private HttpFront start(int port) throws IOException {
        var account = Account.local();
        ApiTable operations = ApiTable.load();
        new Identity(account, Instant.EPOCH).register(operations);
        operations.<CreateTrainingJobRequest, CreateTrainingJobResponse>on(
                "sagemaker", "CreateTrainingJob", CreateTrainingJobRequest::builder, (request, caller) -> {
                    if (request.trainingJobName().equals("broken")) {
                        throw new IllegalStateException("a bug");
                    }
                    if (request.trainingJobName().equals("full")) {
                        throw new UncheckedIOException(new IOException("No space left on device"));
                    }
                    if (request.trainingJobName().equals("taken")) {
                        throw new ApiException(ErrorCode.RESOURCE_IN_USE, "Training job names must be unique");
                    }
                    return CreateTrainingJobResponse.builder()
                            .trainingJobArn(caller.sagemakerArn("training-job/" + request.trainingJobName()))
                            .build();
                });
        var signatures = new SignatureV4(
                account,
                id -> Optional.of(credentials)
                        .filter(known -> known.accessKeyId().equals(id)),
                Clock.systemUTC());
        HttpFront made = HttpFront.bind("127.0.0.1", port);
        made.serve(S3, operations, signatures, this::echo);
        return made;
    }

    /// Endpoint `echo` gives the body back, `slow` in pieces; `cut` breaks off.
    private void echo(Invocation invocation, InvocationHandler.Answer answer) throws IOException {
        answer.header("Content-Type", invocation.header("content-type").orElse("none"));
        answer.header("x-Amzn-Invoked-Production-Variant", "AllTraffic");
        switch (invocation.endpoint()) {
            case "echo" -> answer.send(200, invocation.body());
            case "slow" -> {
                OutputStream out = answer.begin(200, -1);
                for (byte b : invocation.body()) {
                    out.write(b);
                    out.flush();
                }
            }
            case "cut" -> {
                answer.begin(200, 1000).write(invocation.body());
                throw new IOException("the replica broke off");
            }
            default ->
                throw new ApiException(
                        ErrorCode.MODEL_ERROR,
                        "Received server error (500) from primary",
                        Map.of("OriginalStatusCode", 500, "OriginalMessage", "boom"));
        }
    }
}
