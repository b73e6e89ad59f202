package dev.rein.sdk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sagemakerruntime.model.ModelErrorException;

class PredictionHttpTest {
    private final Set<Integer> clientPorts = ConcurrentHashMap.newKeySet();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final HttpServer server;
    private final Session session;

    PredictionHttpTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        session = Session.of(address, address, "us-west-2", "AKIDEXAMPLE", "secret-of-a-test");
    }

    @BeforeEach
    void serve() {
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/endpoints/echo/invocations", exchange -> {
            clientPorts.add(exchange.getRemoteAddress().getPort());
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders()
                    .add(
                            "x-amzn-invoked-production-variant",
                            exchange.getRequestHeaders().getFirst("Content-Type"));
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.createContext("/endpoints/broken/invocations", exchange -> {
            byte[] body = "{\"Message\":\"the model fell over\",\"OriginalStatusCode\":500}".getBytes(UTF_8);
            exchange.getResponseHeaders().add("x-amzn-ErrorType", "ModelError");
            exchange.sendResponseHeaders(424, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.createContext("/endpoints/slow/invocations", exchange -> {
            asked.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        release.countDown();
        session.close();
        server.stop(0);
    }

    @Test
    void bytesAndContentTypePassUnchangedOverOneConnection() {
        byte[] body = new byte[100_000];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) i;
        }
        for (int i = 0; i < 5; i++) {
            var answer = session.runtime()
                    .invokeEndpoint(invoke -> invoke.endpointName("echo")
                            .contentType("application/x-npy")
                            .body(SdkBytes.fromByteArray(body)));
            assertThat(answer.body().asByteArray()).isEqualTo(body);
            assertThat(answer.invokedProductionVariant()).isEqualTo("application/x-npy");
        }
        assertThat(clientPorts).hasSize(1);
    }

    @Test
    void refusalOfTheModelArrivesWithItsWords() {
        assertThatThrownBy(() -> new Predictor("broken", session).predict(1, 2))
                .isInstanceOf(ModelErrorException.class)
                .hasMessageContaining("the model fell over");
    }

    @Test
    void interruptEndsTheWait() throws Exception {
        var waiting = Thread.ofPlatform()
                .start(() -> assertThatThrownBy(() -> new Predictor("slow", session).predict(1, 2))
                        .isNotNull());
        asked.await();
        waiting.interrupt();
        assertThat(waiting.join(Duration.ofSeconds(30))).isTrue();
    }
}
