package dev.rein.server.identity;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What of a request a signature covers, beside the body.
public interface RequestHead {
    String method();

    /// As it came: still percent-encoded, without the query.
    String path();

    /// As it came, without the question mark.
    @Nullable
    String query();

    /// The first value of a header, its name in any case.
    @Nullable
    String header(String name);

    /// Every value of a header, in order.
    List<String> headers(String name);

    /// The names of all headers.
    Iterable<String> headerNames();
}
