package dev.rein.server.wire;

import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkPojo;

/// Where each part of the control plane signs in for the operations it answers.
///
/// By the time a handler is called the request is authenticated and valid against AWS's service model; a handler
/// checks only what the model cannot say, and throws [ApiException].
public interface Operations {
    /// What answers one operation. Called on a virtual thread; may block.
    interface Handler<I extends SdkPojo, O extends SdkPojo> {
        O call(I request, Caller caller);
    }

    /// @param service as in the credential scope: `sagemaker`, `logs`, `sts`, `iam`
    /// @param name    the operation's wire name, for example `CreateTrainingJob`
    /// @param request makes an empty builder of the operation's request: `CreateTrainingJobRequest::builder`
    /// @throws IllegalStateException if the operation is already taken, or unknown to the service model
    <I extends SdkPojo, O extends SdkPojo> void on(
            String service, String name, Supplier<? extends SdkPojo> request, Handler<I, O> handler);
}
