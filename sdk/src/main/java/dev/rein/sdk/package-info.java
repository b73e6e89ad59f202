/// What users import: [RLEstimator] trains, [Predictor] asks a served policy, [Session] says where.
///
/// Everything goes over the AWS SDK for Java, so the same program runs against Rein and against AWS. Nothing here
/// knows the server: they meet on the wire. Names and defaults are those of the SageMaker Python SDK; where that
/// one surprises its users (swallowed arguments, double encoding, 30-second polls) this one does not, and the type
/// says so.
@NullMarked
package dev.rein.sdk;

import org.jspecify.annotations.NullMarked;
