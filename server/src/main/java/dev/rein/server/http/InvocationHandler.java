package dev.rein.server.http;

import java.io.IOException;
import java.io.OutputStream;

/// Takes a prediction to a replica and its answer back. Called on a virtual thread; may block.
@FunctionalInterface
public interface InvocationHandler {
    /// Answers by `answer.begin(…)`, or throws before it.
    ///
    /// @throws dev.rein.server.wire.ApiException the modelled error to answer with, if nothing was begun
    /// @throws IOException when the caller went away, or the replica broke off: what was begun is then cut, so the
    ///     caller sees a broken transfer and never a short one that looks whole
    void invoke(Invocation invocation, Answer answer) throws IOException;

    /// The answer being written. Headers first, then one `begin`, then the body.
    interface Answer {
        /// Adds a response header, for example `Content-Type` or `x-Amzn-Invoked-Production-Variant`.
        Answer header(String name, String value);

        /// Sends what was set; the body is streamed as it is written and ends when the handler returns.
        ///
        /// @param length bytes to come, or -1 when unknown
        OutputStream begin(int status, long length) throws IOException;

        /// The whole body at once: the quickest way for small answers.
        default void send(int status, byte[] body) throws IOException {
            begin(status, body.length).write(body);
        }
    }
}
