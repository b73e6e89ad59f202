/// What users import: `RLEstimator.fit`, `deploy`, `attach`, and `Predictor`.
@NullMarked
package dev.rein.sdk;

import org.jspecify.annotations.NullMarked;
