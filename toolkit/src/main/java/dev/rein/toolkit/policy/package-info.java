/// What training leaves behind: a map from observations to actions, its file, and its ONNX twin.
///
/// Start with [Policy]. The file format is written down at [PolicyFile]; it is data only, and refuses what it does
/// not know.
@NullMarked
package dev.rein.toolkit.policy;

import org.jspecify.annotations.NullMarked;
