package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sagemaker.model.ProductionVariant;
import software.amazon.awssdk.services.sagemakerruntime.model.InvokeEndpointRequest;
import tools.jackson.databind.JsonNode;

/// Asks a served policy. Safe for any number of threads; holds nothing that must be closed.
public sealed class Predictor permits TensorFlowPredictor, MXNetPredictor {
    private static final String JSON = "application/json";

    enum Kind {
        JSON,
        TENSORFLOW,
        MXNET
    }

    /// What goes with a request beside its body.
    ///
    /// @param customAttributes handed to the model server as they are
    /// @param targetVariant    the variant to ask, instead of one by weight
    /// @param inferenceId      for telling the answer's consequences apart later
    public record Routing(
            Optional<String> customAttributes, Optional<String> targetVariant, Optional<String> inferenceId) {
        public static final Routing NONE = new Routing(Optional.empty(), Optional.empty(), Optional.empty());

        public Routing {
            requireNonNull(customAttributes, "customAttributes");
            requireNonNull(targetVariant, "targetVariant");
            requireNonNull(inferenceId, "inferenceId");
        }
    }

    private final String endpointName;
    private final Session session;

    /// A predictor of an endpoint that is already there.
    public Predictor(String endpointName, Session session) {
        this.endpointName = requireNonNull(endpointName, "endpointName");
        this.session = requireNonNull(session, "session");
    }

    static Predictor of(String endpointName, Session session, Kind kind) {
        return switch (kind) {
            case JSON -> new Predictor(endpointName, session);
            case TENSORFLOW -> new TensorFlowPredictor(endpointName, session);
            case MXNET -> new MXNetPredictor(endpointName, session);
        };
    }

    public String endpointName() {
        return endpointName;
    }

    /// The action for one observation, of a policy trained with Rein's toolkit.
    ///
    /// @throws software.amazon.awssdk.services.sagemakerruntime.model.ModelErrorException if the model server
    ///     refuses it
    public Action predict(float... observation) {
        JsonNode answer = predict(Map.of("observation", observation));
        JsonNode action = answer.path("action");
        if (action.isNumber()) {
            return new Action(new float[] {action.floatValue()});
        }
        if (!action.isArray()) {
            throw new IllegalStateException("endpoint %s answered %s (expected: {\"action\": …}). Use predict(Object)."
                    .formatted(endpointName, answer));
        }
        float[] values = new float[action.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = action.get(i).floatValue();
        }
        return new Action(values);
    }

    /// Any JSON to any JSON: maps, lists, arrays, numbers and text are encoded as they are.
    public JsonNode predict(Object request) {
        return Json.tree(predict(Json.bytes(request), JSON, JSON, Routing.NONE));
    }

    /// One form to another: JSON, CSV, NumPy's `.npy`, text, bytes, or one of one's own.
    ///
    /// ```java
    /// float[][] actions = predictor.predict(observations, Serializer.csv(), Deserializer.csv());
    /// ```
    public <T, R> R predict(T request, Serializer<? super T> serializer, Deserializer<R> deserializer) {
        return deserializer.deserialize(
                predict(serializer.serialize(request), serializer.contentType(), deserializer.accept(), Routing.NONE));
    }

    /// Bytes to bytes.
    ///
    /// @param contentType of the request
    /// @param accept      of the answer
    public byte[] predict(byte[] body, String contentType, String accept, Routing routing) {
        InvokeEndpointRequest.Builder request = InvokeEndpointRequest.builder()
                .endpointName(endpointName)
                .contentType(contentType)
                .accept(accept)
                .body(SdkBytes.fromByteArray(body));
        routing.customAttributes().ifPresent(request::customAttributes);
        routing.targetVariant().ifPresent(request::targetVariant);
        routing.inferenceId().ifPresent(request::inferenceId);
        return session.runtime().invokeEndpoint(request.build()).body().asByteArray();
    }

    /// Takes the endpoint down, and with it its configuration.
    public void deleteEndpoint() {
        deleteEndpoint(true);
    }

    public void deleteEndpoint(boolean deleteEndpointConfig) {
        if (deleteEndpointConfig) {
            String config = configName();
            session.sagemaker().deleteEndpointConfig(delete -> delete.endpointConfigName(config));
        }
        session.sagemaker().deleteEndpoint(delete -> delete.endpointName(endpointName));
    }

    /// Deletes the models behind the endpoint. Call it before the endpoint is deleted.
    public void deleteModel() {
        String config = configName();
        List<String> models = session
                .sagemaker()
                .describeEndpointConfig(describe -> describe.endpointConfigName(config))
                .productionVariants()
                .stream()
                .map(ProductionVariant::modelName)
                .toList();
        for (String model : models) {
            session.sagemaker().deleteModel(delete -> delete.modelName(model));
        }
    }

    private String configName() {
        return session.sagemaker()
                .describeEndpoint(describe -> describe.endpointName(endpointName))
                .endpointConfigName();
    }
}
