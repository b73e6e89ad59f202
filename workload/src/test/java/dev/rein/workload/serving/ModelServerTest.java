package dev.rein.workload.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.policy.Policy;
import dev.rein.workload.json.Json;
import dev.rein.workload.json.PythonText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelServerTest {
    @TempDir
    Path folder;

    /// `choice.onnx` chooses 1 where the third of four numbers is above 0; `box.onnx` answers a 2 × 2 observation
    /// with two numbers. Each line of the fixture is a request and its whole answer.
    @ParameterizedTest
    @ValueSource(strings = {"choice", "box"})
    void answersAsRecorded(String model) throws Exception {
        try (ModelServer server = serve(model);
                HttpClient client = HttpClient.newHttpClient()) {
            SoftAssertions all = new SoftAssertions();
            for (String line :
                    Files.readAllLines(Path.of("src/test/resources/invocations").resolve(model + ".jsonl"))) {
                Json.Obj recorded = (Json.Obj) Json.parse(line);
                HttpResponse<String> answer = client.send(
                        invocation(
                                server,
                                recorded.text("contentType").orElseThrow(),
                                recorded.text("accept").orElseThrow(),
                                recorded.text("body").orElseThrow().getBytes(StandardCharsets.UTF_8)),
                        BodyHandlers.ofString());

                all.assertThat(answer.body())
                        .as(line)
                        .isEqualTo(recorded.text("answer").orElseThrow());
                all.assertThat(Integer.toString(answer.statusCode()))
                        .as(line)
                        .isEqualTo(PythonText.str(recorded.get("status").orElseThrow()));
                all.assertThat(answer.headers().firstValue("content-type"))
                        .as(line)
                        .isEqualTo(recorded.text("answerType"));
            }
            all.assertAll();
        }
    }

    /// A policy saved by the toolkit is answered by the toolkit, and wins over an ONNX file beside it.
    @Test
    void aSavedPolicyAnswersAsInTraining() throws Exception {
        Sequential network = Sequential.mlp(Activation.TANH, Activation.IDENTITY, 4, 2);
        network.parameters()[network.offset(0) + 2 * 2 + 1] = 1; // the third number speaks for choice 1
        Policy policy = new Policy(Box.of(-10, 10, 4), new Discrete(2), network);
        policy.save(folder.resolve("policy.rein"));
        try (ModelServer server = serve("box");
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(answer(client, server, "{\"observations\":[[0,0,1,0],[0,0,-1,0]]}"))
                    .isEqualTo("{\"actions\":[1,0]}");
            assertThat(answer(client, server, "{\"observation\":[0,0,1,0],\"deterministic\":false}"))
                    .as("drawn, of two choices")
                    .containsAnyOf("{\"action\":0}", "{\"action\":1}");
            assertThat(answer(client, server, "{\"observation\":[0,0,1]}")).contains("3 values (expected: 4)");
        }
    }

    @Test
    void aDamagedPolicyIsRefusedAtStart() throws Exception {
        Files.writeString(folder.resolve("policy.rein"), "REIN-POLICY 1\n");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelServer.start(options()))
                .withMessageContaining("policy.rein");
    }

    @Test
    void floatsTravelAsTheyAre() throws Exception {
        try (ModelServer server = serve("choice");
                HttpClient client = HttpClient.newHttpClient()) {
            ByteBuffer body = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
            body.asFloatBuffer().put(new float[] {0, 0, -1, 0, 0, 0, 1, 0});

            HttpResponse<byte[]> answer = client.send(
                    invocation(server, "application/octet-stream", "application/octet-stream", body.array()),
                    BodyHandlers.ofByteArray());

            ByteBuffer actions = ByteBuffer.wrap(answer.body()).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(List.of(actions.getInt(), actions.getInt())).containsExactly(0, 1);
        }
    }

    @Test
    void manyCallersAreAnsweredAtOnceEachWithItsOwn() throws Exception {
        try (ModelServer server = serve("choice");
                HttpClient client = HttpClient.newHttpClient();
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = IntStream.range(0, 200)
                    .mapToObj(i -> callers.submit(() -> client.send(
                                    invocation(
                                            server,
                                            "",
                                            "",
                                            "[0,0,%d,0]"
                                                    .formatted(i % 2 == 0 ? 1 : -1)
                                                    .getBytes(StandardCharsets.UTF_8)),
                                    BodyHandlers.ofString())
                            .body()))
                    .toList();
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo("{\"action\":%d}".formatted(1 - i % 2));
            }
        }
    }

    @Test
    void otherPathsMethodsAndSizesAreRefusedInWords() throws Exception {
        try (ModelServer server = serve("choice");
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(get(client, server, "/ping").body()).isEqualTo("{\"status\":\"ok\"}");
            assertThat(get(client, server, "/ping").statusCode()).isEqualTo(200);
            assertThat(get(client, server, "/invocations").statusCode()).isEqualTo(405);
            assertThat(get(client, server, "/models").statusCode()).isEqualTo(404);
            assertThat(get(client, server, "/execution-parameters").body())
                    .contains("\"BatchStrategy\":\"MULTI_RECORD\",\"MaxPayloadInMB\":1");
            assertThat(client.send(invocation(server, "", "", new byte[(1 << 20) + 1]), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(413);
        }
    }

    /// More than sockets buffer: a server that answers and closes while the body is under way resets the connection,
    /// and the caller never sees why.
    @Test
    void aCallerWhoSendsTooMuchToItsEndReadsWhyItWasRefused() throws Exception {
        byte[] long32 = new byte[32 << 20];
        try (ModelServer server = serve("choice");
                Socket caller = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            for (String path : List.of("/invocations", "/models")) {
                caller.getOutputStream()
                        .write("POST %s HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n"
                                .formatted(path, long32.length)
                                .getBytes(StandardCharsets.US_ASCII));
                caller.getOutputStream().write(long32);
                assertThat(head(caller)).startsWith("HTTP/1.1 " + (path.equals("/models") ? 404 : 413));
            }
        }
    }

    @Test
    void aBodyOfUnknownLengthIsRefusedInWordsToo() throws Exception {
        try (ModelServer server = serve("choice");
                HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest chunked = HttpRequest.newBuilder(uri(server, "/invocations"))
                    .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[8 << 20])))
                    .build();
            HttpResponse<String> answer = client.send(chunked, BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(answer.body()).contains("longer than 1048576 bytes");
        }
    }

    @Test
    void aCallerWhoAsksFirstOrWouldSendForeverIsRefusedAtOnce() throws Exception {
        try (ModelServer server = serve("choice")) {
            for (String more :
                    List.of("Content-Length: 99999999999", "Content-Length: 9999999\r\nExpect: 100-continue")) {
                try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                    caller.getOutputStream()
                            .write("POST /invocations HTTP/1.1\r\nHost: here\r\n%s\r\n\r\n"
                                    .formatted(more)
                                    .getBytes(StandardCharsets.US_ASCII));
                    assertThat(head(caller)).as(more).startsWith("HTTP/1.1 413");
                }
            }
        }
    }

    /// The answer's status and headers; its body is read and dropped.
    private static String head(Socket caller) throws IOException {
        InputStream in = caller.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            assertThat(next).as("after: %s", head).isNotNegative();
            head.append((char) next);
        }
        Matcher length = Pattern.compile("(?i)content-length: (\\d+)").matcher(head);
        assertThat(length.find()).isTrue();
        in.skipNBytes(Long.parseLong(length.group(1)));
        return head.toString();
    }

    /// The policy does not look, and likes action 2 best, then 0.
    @Test
    void anOnnxModelThatTakesMasksObeysThem() throws Exception {
        Sequential network = Sequential.mlp(Activation.TANH, Activation.IDENTITY, 2, 3);
        float[] bias = {1, 0, 2};
        System.arraycopy(bias, 0, network.parameters(), network.parameters().length - 3, 3);
        new Policy(Box.of(-1, 1, 2), new Discrete(3), network).exportMaskedOnnx(folder.resolve("model.onnx"));
        try (ModelServer server = ModelServer.start(options());
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(answer(client, server, "{\"observation\":[0,0]}")).isEqualTo("{\"action\":2}");
            assertThat(answer(
                            client,
                            server,
                            "{\"observations\":[[0,0],[0,0]],\"masks\":[[true,true,false],[false,true,false]]}"))
                    .isEqualTo("{\"actions\":[0,1]}");
            assertThat(answer(client, server, "{\"observation\":[0,0],\"mask\":[false,false,false]}"))
                    .contains("mask: all 3 actions are forbidden (expected: at least one allowed)");
            assertThat(answer(client, server, "{\"observation\":[0,0],\"mask\":[true]}"))
                    .contains("mask: 1 truths (expected: 3, one for each choice)");
        }
    }

    @Test
    void aFolderWithoutAModelSaysWhatItHolds() throws Exception {
        Files.writeString(folder.resolve("notes.txt"), "");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelServer.start(options()))
                .withMessage("%s: no model to serve (expected: policy.rein, or a single .onnx file; found: [notes.txt])"
                        .formatted(folder));
    }

    @Test
    void aBrokenModelIsRefusedAtStart() throws Exception {
        Files.writeString(folder.resolve("model.onnx"), "not a model");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelServer.start(options()))
                .withMessageContaining("model.onnx");
    }

    @Test
    void closingTwiceIsHarmlessAndThePortIsGone() throws Exception {
        ModelServer server = serve("choice");
        server.close();
        server.close();

        try (HttpClient client = HttpClient.newHttpClient()) {
            Assertions.assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> get(client, server, "/ping"));
        }
    }

    @Test
    void badSettingsAreToldByTheirNames() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelServer.Options.from(Map.of("SAGEMAKER_BIND_TO_PORT", "http"), folder))
                .withMessage("SAGEMAKER_BIND_TO_PORT: \"http\" (expected: a whole number)");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> ModelServer.Options.from(Map.of("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "a/b"), folder))
                .withMessageStartingWith("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: a/b (expected:");
    }

    private ModelServer serve(String model) throws Exception {
        Files.copy(Path.of("src/test/resources/models").resolve(model + ".onnx"), folder.resolve("model.onnx"));
        return ModelServer.start(options());
    }

    private ModelServer.Options options() {
        return new ModelServer.Options(folder, "127.0.0.1", 0, 1 << 20, "application/json");
    }

    private static String answer(HttpClient client, ModelServer server, String body)
            throws IOException, InterruptedException {
        return client.send(
                        invocation(server, "application/json", "", body.getBytes(StandardCharsets.UTF_8)),
                        BodyHandlers.ofString())
                .body();
    }

    private static HttpResponse<String> get(HttpClient client, ModelServer server, String path)
            throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(server, path)).GET().build(), BodyHandlers.ofString());
    }

    private static HttpRequest invocation(ModelServer server, String contentType, String accept, byte[] body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(server, "/invocations")).POST(BodyPublishers.ofByteArray(body));
        if (!contentType.isEmpty()) {
            request.header("Content-Type", contentType);
        }
        if (!accept.isEmpty()) {
            request.header("Accept", accept);
        }
        return request.build();
    }

    private static URI uri(ModelServer server, String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}
