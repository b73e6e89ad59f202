package dev.rein.sdk;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/// HTTP for many small requests one after the other, by the JDK's own client over kept-alive connections.
///
/// The client that serves everything else listens for a millisecond before each POST whether its connection is
/// still there: three times what a prediction takes. Requests and answers are held whole, as predictions are.
///
/// Safe for any number of threads.
final class PredictionHttp implements SdkHttpClient {
    /// A model may take 60 s; the platform's answer that it took longer must still come through.
    private static final Duration PATIENCE = Duration.ofSeconds(70);

    private static final Duration CONNECTING = Duration.ofSeconds(2);

    /// Said by the JDK's client itself, with the same values.
    private static final Set<String> ITS_OWN = Set.of("connection", "content-length", "expect", "host", "upgrade");

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECTING)
            .build();

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return new Call(request);
    }

    @Override
    public String clientName() {
        return "Jdk";
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private final class Call implements ExecutableHttpRequest {
        private final HttpExecuteRequest request;
        private final CompletableFuture<Void> abortion = new CompletableFuture<>();

        Call(HttpExecuteRequest request) {
            this.request = request;
        }

        @Override
        public HttpExecuteResponse call() throws IOException {
            CompletableFuture<HttpResponse<byte[]>> sent =
                    client.sendAsync(translated(request), HttpResponse.BodyHandlers.ofByteArray());
            abortion.thenRun(() -> sent.cancel(true));
            try {
                HttpResponse<byte[]> response = sent.get();
                return HttpExecuteResponse.builder()
                        .response(SdkHttpResponse.builder()
                                .statusCode(response.statusCode())
                                .headers(response.headers().map())
                                .build())
                        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(response.body())))
                        .build();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException failed ? failed : new IOException(e.getCause());
            } catch (CancellationException e) {
                throw new IOException("the request was aborted", e);
            } catch (InterruptedException e) {
                sent.cancel(true);
                Thread.currentThread().interrupt();
                throw new InterruptedIOException(
                        "interrupted while waiting for " + request.httpRequest().getUri());
            }
        }

        @Override
        public void abort() {
            abortion.complete(null);
        }
    }

    private static HttpRequest translated(HttpExecuteRequest request) throws IOException {
        SdkHttpRequest http = request.httpRequest();
        HttpRequest.Builder builder = HttpRequest.newBuilder(http.getUri()).timeout(PATIENCE);
        http.forEachHeader((name, values) -> add(builder, name, values));
        return builder.method(http.method().name(), body(request)).build();
    }

    private static void add(HttpRequest.Builder builder, String name, List<String> values) {
        if (!ITS_OWN.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> builder.header(name, value));
        }
    }

    private static HttpRequest.BodyPublisher body(HttpExecuteRequest request) throws IOException {
        if (request.contentStreamProvider().isEmpty()) {
            return HttpRequest.BodyPublishers.noBody();
        }
        try (InputStream body = request.contentStreamProvider().get().newStream()) {
            return HttpRequest.BodyPublishers.ofByteArray(body.readAllBytes());
        }
    }
}
