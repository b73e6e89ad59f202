package dev.rein.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.eventstream.HeaderValue;
import software.amazon.awssdk.eventstream.Message;
import tools.jackson.databind.json.JsonMapper;

/// An invocation's answer as events, one for each piece the model hands over (InvokeEndpointWithResponseStream):
/// what goes wrong after the first of them is told as the last. For one thread.
final class EventStreamAnswer implements InvocationHandler.Answer {
    private static final JsonMapper JSON = new JsonMapper();

    /// Of AWS's events: a larger piece comes in several.
    private static final int PART = 64 * 1024;

    private static final Map<String, HeaderValue> PAYLOAD_PART = Map.of(
            ":message-type", HeaderValue.fromString("event"),
            ":event-type", HeaderValue.fromString("PayloadPart"),
            ":content-type", HeaderValue.fromString("application/octet-stream"));

    private final JettyAnswer answer;
    private @Nullable OutputStream out;

    /// @param answer carries the events
    EventStreamAnswer(JettyAnswer answer) {
        this.answer = answer;
    }

    /// The stream has a content type of its own; the model's moves.
    @Override
    public InvocationHandler.Answer header(String name, String value) {
        answer.header(name.equalsIgnoreCase("Content-Type") ? "X-Amzn-SageMaker-Content-Type" : name, value);
        return this;
    }

    @Override
    public OutputStream begin(int status, long length) throws IOException {
        answer.header("Content-Type", "application/vnd.amazon.eventstream");
        OutputStream events = answer.beginPieces(status);
        out = events;
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int from = offset; from < offset + length; from += PART) {
                    int to = Math.min(from + PART, offset + length);
                    send(new Message(PAYLOAD_PART, Arrays.copyOfRange(bytes, from, to)), events);
                }
            }

            @Override
            public void flush() throws IOException {
                events.flush();
            }
        };
    }

    /// Tells the caller that no more will come, and why.
    ///
    /// @throws IOException if it went away
    void fail(Exception failure) throws IOException {
        if (out == null) {
            throw new IllegalStateException("nothing is begun");
        }
        boolean late = failure instanceof SocketTimeoutException;
        Map<String, String> body = new LinkedHashMap<>();
        body.put(
                "Message",
                late
                        ? "The model did not end its answer in time."
                        : "The model broke off in the middle of its answer: %s.".formatted(failure.getMessage()));
        body.put("ErrorCode", late ? "ModelInvocationTimeExceeded" : "StreamBroken");
        var message = new Message(
                Map.of(
                        ":message-type", HeaderValue.fromString("exception"),
                        ":exception-type", HeaderValue.fromString("ModelStreamError"),
                        ":content-type", HeaderValue.fromString("application/json")),
                JSON.writeValueAsString(body).getBytes(UTF_8));
        send(message, out);
    }

    /// In one write, and at once: whoever streams wants each piece now.
    private static void send(Message message, OutputStream out) throws IOException {
        var bytes = new ByteArrayOutputStream(512);
        message.encode(bytes);
        bytes.writeTo(out);
        out.flush();
    }
}
