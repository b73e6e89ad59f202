package dev.rein.server.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

/// Every operation the control plane answers: the parts of it sign in through [Operations], and [#resolve] finds
/// what a request asks for. Safe for any number of threads.
public final class ApiTable implements Operations {
    private static final JsonMapper JSON = new JsonMapper();
    private static final CBORMapper CBOR = new CBORMapper();
    private static final Pattern RPC = Pattern.compile("/service/([A-Za-z0-9_]+)/operation/([A-Za-z0-9_]+)");

    private record Bound(Supplier<? extends SdkPojo> request, Handler<SdkPojo, SdkPojo> handler) {}

    private final Map<String, ServiceModel> byScope = new HashMap<>();
    private final Map<String, ServiceModel> byTarget = new HashMap<>();
    private final Map<String, Bound> bound = new ConcurrentHashMap<>();

    private ApiTable() {}

    /// Reads the service models; nothing is answered until [#on] was called for it.
    public static ApiTable load() {
        var table = new ApiTable();
        for (ServiceModel model : ServiceModel.all()) {
            table.byScope.put(model.name(), model);
            if (model.targetPrefix() != null) {
                table.byTarget.put(model.targetPrefix(), model);
            }
        }
        return table;
    }

    @Override
    @SuppressWarnings("unchecked") // the supplier makes builders of I, which PojoJson.read builds into I
    public <I extends SdkPojo, O extends SdkPojo> void on(
            String service, String name, Supplier<? extends SdkPojo> request, Handler<I, O> handler) {
        ServiceModel model = byScope.get(service);
        if (model == null || !model.inputs().containsKey(name)) {
            throw new IllegalStateException(
                    "operation: %s.%s is in no service model (expected: a line of operations.txt)"
                            .formatted(service, name));
        }
        var mine = new Bound(request, (Handler<SdkPojo, SdkPojo>) handler);
        if (bound.putIfAbsent(service + "." + name, mine) != null) {
            throw new IllegalStateException("operation: %s.%s is already taken".formatted(service, name));
        }
    }

    /// Finds what a request asks for. Never fails: a call to nothing is told so when it is run, in its dialect.
    ///
    /// @param path         of RPC requests: `/service/<target prefix>/operation/<name>`
    /// @param target       the X-Amz-Target header
    /// @param contentType  the Content-Type header
    /// @param scopeService the service the caller signed for, if it signed
    public Call resolve(
            String path, @Nullable String target, @Nullable String contentType, Optional<String> scopeService) {
        Matcher rpc = RPC.matcher(path);
        if (rpc.matches()) {
            return new Call(byTarget.get(rpc.group(1)), new Dialect.Cbor(), rpc.group(2));
        }
        if (target == null) {
            ServiceModel model = scopeService.map(byScope::get).orElse(null);
            return new Call(model, new Dialect.Query(model == null ? "" : model.namespace()), "");
        }
        int dot = target.lastIndexOf('.');
        ServiceModel model = byTarget.get(dot < 0 ? "" : target.substring(0, dot));
        boolean old = contentType != null && contentType.startsWith("application/x-amz-json-1.0");
        return new Call(
                model,
                new Dialect.Json(
                        old ? "application/x-amz-json-1.0" : "application/x-amz-json-1.1",
                        model != null && model.wasQuery()),
                target.substring(dot + 1));
    }

    /// One request, told apart but not yet read.
    public final class Call {
        private final @Nullable ServiceModel model;
        private final Dialect dialect;
        private final String operation;

        private Call(@Nullable ServiceModel model, Dialect dialect, String operation) {
            this.model = model;
            this.dialect = dialect;
            this.operation = operation;
        }

        public Dialect dialect() {
            return dialect;
        }

        /// The service that the request must be signed for, if it is one of ours.
        public Optional<String> service() {
            return Optional.ofNullable(model).map(ServiceModel::name);
        }

        /// Reads, validates and answers.
        ///
        /// @param query the raw query string: Query requests may carry their form there
        /// @throws ApiException what the caller did wrong, or what the handler refused
        public WireAnswer run(byte[] body, @Nullable String query, Caller caller, String requestId) {
            if (dialect instanceof Dialect.Query) {
                return runQuery(body, query, caller, requestId);
            }
            return run(operation, tree(body, dialect instanceof Dialect.Cbor ? CBOR : JSON), caller, requestId);
        }

        private WireAnswer runQuery(byte[] body, @Nullable String query, Caller caller, String requestId) {
            Map<String, String> fields =
                    QueryForm.parse(body.length == 0 && query != null ? query : new String(body, UTF_8));
            String action = fields.getOrDefault("Action", "");
            Optional<String> input =
                    model == null ? Optional.empty() : model.inputs().getOrDefault(action, Optional.empty());
            JsonNode tree = model == null || input.isEmpty()
                    ? JSON.createObjectNode()
                    : QueryForm.tree(model, input.get(), fields);
            return run(action, tree, caller, requestId);
        }

        private WireAnswer run(String action, JsonNode input, Caller caller, String requestId) {
            Bound found = model == null ? null : bound.get(model.name() + "." + action);
            if (model == null || found == null) {
                throw unknown(action);
            }
            SdkPojo request = PojoJson.read(input, found.request.get(), SdkPojo.class);
            model.inputs()
                    .getOrDefault(action, Optional.empty())
                    .ifPresent(shape -> Validator.check(model, shape, input));
            return dialect.answer(action, found.handler.call(request, caller), requestId);
        }

        private ApiException unknown(String action) {
            return new ApiException(
                    ErrorCode.UNKNOWN_OPERATION,
                    model == null
                            ? "The requested operation is not recognized by the service: \"%s\" of an unknown service."
                                    .formatted(action)
                            : "The requested operation is not recognized by the service: \"%s\" of %s."
                                    .formatted(action, model.name()));
        }

        private static JsonNode tree(byte[] body, ObjectMapper format) {
            if (body.length == 0) {
                return JSON.createObjectNode();
            }
            try {
                return format.readTree(body);
            } catch (JacksonException e) {
                throw new ApiException(
                        ErrorCode.SERIALIZATION,
                        "body: not %s: %s".formatted(format == CBOR ? "CBOR" : "JSON", e.getOriginalMessage()));
            }
        }
    }
}
