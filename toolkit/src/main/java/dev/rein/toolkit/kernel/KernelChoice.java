package dev.rein.toolkit.kernel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/// Decides once, at start, between the SIMD kernels and their scalar twins, and says why.
final class KernelChoice {
    private static final Logger LOG = System.getLogger("dev.rein.toolkit");

    /// `-Drein.kernels=scalar` or `vector`; anything else lets the machine decide.
    private static final String PROPERTY = "rein.kernels";

    static final Kernels ACTIVE = choose();

    private KernelChoice() {}

    private static Kernels choose() {
        String wanted = System.getProperty(PROPERTY, "auto");
        return switch (wanted) {
            case "scalar" -> scalarAsAsked();
            case "auto", "vector" -> vectorOrScalar(wanted);
            default ->
                throw new IllegalArgumentException(
                        "%s: %s (expected: auto, vector or scalar)".formatted(PROPERTY, wanted));
        };
    }

    private static Kernels scalarAsAsked() {
        LOG.log(Level.INFO, "scalar kernels: asked for by -D" + PROPERTY);
        return new ScalarKernels();
    }

    private static Kernels vectorOrScalar(String wanted) {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            String mend = "the JVM was started without --add-modules jdk.incubator.vector";
            if (wanted.equals("vector")) {
                throw new IllegalStateException(PROPERTY + ": vector (expected: scalar), because " + mend);
            }
            LOG.log(Level.WARNING, "scalar kernels, several times slower: " + mend);
            return new ScalarKernels();
        }
        VectorKernels kernels = new VectorKernels();
        if (kernels.lanes() < 4 && !wanted.equals("vector")) {
            LOG.log(Level.INFO, "scalar kernels: this CPU's vectors hold fewer than 4 floats");
            return new ScalarKernels();
        }
        LOG.log(Level.DEBUG, "vector kernels of " + kernels.lanes() + " lanes");
        return kernels;
    }
}
