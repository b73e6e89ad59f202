package dev.rein.server.http;

import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.ErrorCode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/// Reads a request's whole body.
final class Body {
    /// How much more than allowed is read and dropped, so that a caller that sends first and listens later hears
    /// why.
    private static final int DROPPED = 64 * 1024 * 1024;

    private Body() {}

    /// @throws ApiException if it is longer than `limit`, or there is no room for it now
    /// @throws EOFException if the caller went away before its end
    static byte[] read(Request request, int limit, Admission.Visit visit) throws EOFException {
        long length = request.getLength();
        if (length == 0) {
            return new byte[0];
        }
        InputStream in = Content.Source.asInputStream(request);
        try {
            if (length > limit) {
                in.skip(Math.min(length, DROPPED));
                throw tooLarge(length + " bytes", limit);
            }
            visit.reserve(length < 0 ? limit : length);
            byte[] body = in.readNBytes(length < 0 ? limit + 1 : (int) length);
            if (body.length > limit) {
                in.skip(DROPPED);
                throw tooLarge("more than " + limit + " bytes", limit);
            }
            if (body.length < length) {
                throw new EOFException("%d of %d bytes".formatted(body.length, length));
            }
            return body;
        } catch (EOFException e) {
            throw e;
        } catch (IOException e) {
            var gone = new EOFException("body: " + e.getMessage());
            gone.initCause(e);
            throw gone;
        }
    }

    private static ApiException tooLarge(String found, int limit) {
        return new ApiException(
                ErrorCode.REQUEST_TOO_LARGE,
                "body: %s (expected: at most %d). Larger input goes through S3.".formatted(found, limit));
    }
}
