package dev.rein.server.wire;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/// What goes back to a caller.
///
/// @param headers beside Content-Type
/// @param body    the receiver's to keep
@SuppressWarnings("ArrayRecordComponent") // a payload, handed over; nobody compares answers
public record WireAnswer(int status, String contentType, Map<String, String> headers, byte[] body) {
    public WireAnswer {
        requireNonNull(contentType, "contentType");
        headers = Map.copyOf(headers);
        requireNonNull(body, "body");
    }
}
