package dev.rein.server.http;

import dev.rein.server.identity.RequestHead;
import java.util.List;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/// A Jetty request as signatures see it.
final class JettyHead implements RequestHead {
    private final Request request;
    private final String path;

    JettyHead(Request request) {
        this.request = request;
        String raw = request.getHttpURI().getPath();
        this.path = raw == null || raw.isEmpty() ? "/" : raw;
    }

    @Override
    public String method() {
        return request.getMethod();
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public @Nullable String query() {
        return request.getHttpURI().getQuery();
    }

    @Override
    public @Nullable String header(String name) {
        return request.getHeaders().get(name);
    }

    @Override
    public List<String> headers(String name) {
        return request.getHeaders().getValuesList(name);
    }

    @Override
    public Iterable<String> headerNames() {
        return request.getHeaders().getFieldNamesCollection();
    }
}
