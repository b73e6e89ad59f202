package dev.rein.sdk;

/// Asks an MXNet model server endpoint.
public final class MXNetPredictor extends Predictor {
    public MXNetPredictor(String endpointName, Session session) {
        super(endpointName, session);
    }
}
