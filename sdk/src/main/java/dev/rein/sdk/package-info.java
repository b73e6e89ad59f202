/// What users import: [RLEstimator] trains, [Predictor] asks a served policy, [Session] says where.
///
/// Everything goes over the AWS SDK for Java, so the same program runs against Rein and against AWS. Nothing here
/// knows the server: they meet on the wire. Names and defaults are those of the SageMaker Python SDK, and so are
/// the requests, which tests compare with recordings of it; where that one surprises its users (swallowed
/// arguments, double encoding, 30-second polls) this one does not, and the type says so.
///
/// Arguments are checked in one place, `ArgumentProblems`, before any call; `TrainingJobRequest` writes them to the
/// wire and `Attached` reads them back. `UserCode` packs what a job runs, `JobWatch` and `JobLog` follow it to its
/// end for a [JobListener], and `Serving` puts up what a [Deployment] describes. Whoever makes a [Session] closes
/// it.
@NullMarked
package dev.rein.sdk;

import org.jspecify.annotations.NullMarked;
