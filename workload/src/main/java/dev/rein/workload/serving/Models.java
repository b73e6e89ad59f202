package dev.rein.workload.serving;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Finds out what a model directory holds.
final class Models {
    private Models() {}

    /// @throws IllegalArgumentException if there is nothing to serve; the message says what there is
    static ServedModel load(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.sorted().toList();
        }
        Path own = folder.resolve("policy.rein");
        if (files.contains(own)) {
            return PolicyModel.load(own);
        }
        List<Path> onnx =
                files.stream().filter(file -> file.toString().endsWith(".onnx")).toList();
        if (onnx.size() == 1) {
            return OnnxModel.load(onnx.getFirst());
        }
        throw new IllegalArgumentException(
                "%s: no model to serve (expected: policy.rein, or a single .onnx file; found: %s)"
                        .formatted(
                                folder,
                                files.stream()
                                        .map(file -> String.valueOf(file.getFileName()))
                                        .toList()));
    }
}
