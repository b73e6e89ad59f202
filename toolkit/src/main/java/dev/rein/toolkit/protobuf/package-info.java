/// Writing protobuf messages, as ONNX models and TensorBoard events are. Not for use outside the toolkit.
@NullMarked
package dev.rein.toolkit.protobuf;

import org.jspecify.annotations.NullMarked;
