package dev.rein.server.http;

import static java.util.Objects.requireNonNull;

import dev.rein.server.wire.Caller;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One authenticated `POST /endpoints/{name}/invocations`, or `…/invocations-response-stream`.
///
/// @param endpoint the name in the path, percent-decoded; not checked to exist
/// @param header   a request header by its name in any case, or null; valid until the handler returns
/// @param streamed whether the caller takes the answer in pieces, as they come
/// @param body     whole, because its hash is part of the signature; at most [#LIMIT] bytes. The handler's to keep
@SuppressWarnings("ArrayRecordComponent") // a payload, handed over; nobody compares invocations
public record Invocation(
        String endpoint, Caller caller, Function<String, @Nullable String> header, boolean streamed, byte[] body) {
    /// AWS's limit for a real-time payload: 6 MB.
    public static final int LIMIT = 6 * 1024 * 1024;

    public Invocation {
        requireNonNull(endpoint, "endpoint");
        requireNonNull(caller, "caller");
        requireNonNull(header, "header");
        requireNonNull(body, "body");
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(header.apply(name));
    }
}
