package dev.rein.server.endpoint;

import static java.util.Objects.requireNonNull;

import dev.rein.server.store.Document;
import java.util.function.UnaryOperator;
import tools.jackson.databind.json.JsonMapper;

/// An endpoint as it is remembered.
///
/// @param region  where it was created, for the ARNs in messages
/// @param account twelve digits
/// @param generation the last one used, by a deployment that may have failed since
record Endpoint(String name, String arn, String region, String account, int generation, EndpointState state) {
    private static final JsonMapper JSON = new JsonMapper();

    Endpoint {
        requireNonNull(name, "name");
        requireNonNull(arn, "arn");
        requireNonNull(region, "region");
        requireNonNull(account, "account");
        requireNonNull(state, "state");
    }

    static Endpoint read(Document document) {
        return JSON.readValue(document.body(), Endpoint.class);
    }

    String text() {
        return JSON.writeValueAsString(this);
    }

    Endpoint with(EndpointState next) {
        return new Endpoint(
                name, arn, region, account, Math.max(generation, next.latest().generation()), next);
    }

    /// The document with a changed state, or the very same when the state did not change.
    static Document change(Document document, UnaryOperator<EndpointState> transition) {
        Endpoint endpoint = read(document);
        EndpointState next = transition.apply(endpoint.state());
        if (next.equals(endpoint.state())) {
            return document;
        }
        return new Document(
                document.kind(),
                document.name(),
                document.version(),
                next.status(),
                document.created(),
                document.modified(),
                endpoint.with(next).text());
    }

    String logGroup() {
        return "/aws/sagemaker/Endpoints/" + name;
    }
}
