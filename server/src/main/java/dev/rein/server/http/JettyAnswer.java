package dev.rein.server.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
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
