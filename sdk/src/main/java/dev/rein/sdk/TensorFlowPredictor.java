package dev.rein.sdk;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Asks a TensorFlow Serving endpoint.
public final class TensorFlowPredictor extends Predictor {
    public TensorFlowPredictor(String endpointName, Session session) {
        super(endpointName, session);
    }

    /// Asks for one signature method: `classify`, `regress` or `predict`.
    public JsonNode call(String method, Object request) {
        var routing = new Routing(Optional.of("tfs-method=" + method), Optional.empty(), Optional.empty());
        return Json.tree(predict(Json.bytes(request), "application/json", "application/json", routing));
    }
}
