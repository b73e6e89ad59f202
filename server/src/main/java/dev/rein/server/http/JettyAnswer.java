package dev.rein.server.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// An invocation's answer, written to Jetty as the handler writes it. For one thread.
final class JettyAnswer implements InvocationHandler.Answer {
    private final Response response;
    private boolean begun;
    private byte @Nullable [] whole;
    private @Nullable OutputStream stream;

    JettyAnswer(Response response, String requestId) {
        this.response = response;
        response.getHeaders().put("x-amzn-RequestId", requestId);
    }

    @Override
    public InvocationHandler.Answer header(String name, String value) {
        requireNotBegun();
        response.getHeaders().put(name, value);
        return this;
    }

    @Override
    public OutputStream begin(int status, long length) {
        requireNotBegun();
        begun = true;
        response.setStatus(status);
        if (length >= 0) {
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
        }
        stream = Content.Sink.asOutputStream(response);
        return stream;
    }

    /// As [#begin], but each write is with the caller before the next. Jetty holds back the line end after a chunk
    /// until there is another, and boto3 takes no chunk without it: so the chunks are made here, and Jetty is told
    /// nothing of them, at the price of the connection.
    OutputStream beginPieces(int status) {
        requireNotBegun();
        begun = true;
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        response.getHeaders().add(new HttpField(null, "Transfer-Encoding", "chunked"));
        OutputStream sink = Content.Sink.asOutputStream(response);
        stream = new Chunks(sink);
        return stream;
    }

    private static final class Chunks extends OutputStream {
        private final OutputStream sink;

        Chunks(OutputStream sink) {
            this.sink = sink;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > 0) {
                var chunk = new ByteArrayOutputStream(length + 16);
                chunk.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(US_ASCII));
                chunk.write(bytes, offset, length);
                chunk.writeBytes(new byte[] {'\r', '\n'});
                chunk.writeTo(sink);
                sink.flush();
            }
        }

        @Override
        public void close() throws IOException {
            sink.write("0\r\n\r\n".getBytes(US_ASCII));
            sink.close();
        }
    }

    /// Kept until the handler returns, then sent in one piece with the end.
    @Override
    public void send(int status, byte[] body) {
        requireNotBegun();
        begun = true;
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        whole = body;
    }

    boolean isBegun() {
        return begun;
    }

    /// Ends what the handler wrote.
    void end(Callback callback) throws IOException {
        if (!begun) {
            throw new IllegalStateException("the invocation handler returned without an answer");
        }
        if (stream != null) {
            stream.close();
            callback.succeeded();
        } else {
            response.write(true, ByteBuffer.wrap(whole == null ? new byte[0] : whole), callback);
        }
    }

    private void requireNotBegun() {
        if (begun) {
            throw new IllegalStateException("the answer is begun already");
        }
    }
}
