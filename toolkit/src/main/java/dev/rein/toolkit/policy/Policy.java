package dev.rein.toolkit.policy;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.nn.Mlp;
import java.io.IOException;
import java.nio.file.Path;

/// A trained policy, deterministic: the most likely action of a [Discrete] space, the mean (clipped to its bounds)
/// of a [Box]. Immutable and safe for any number of threads; each thread has a network copy of its own, so a call
/// allocates nothing once its thread and batch size are known.
public final class Policy {
    /// A thread's own network and buffers.
    private final class Scratch {
        final Mlp own = network.copy();
        float[] features = new float[0];
        float[] outputs = new float[0];

        void reserve(int rows) {
            if (outputs.length < rows * own.outputSize()) {
                features = new float[rows * own.inputSize()];
                outputs = new float[rows * own.outputSize()];
            }
        }
    }

    private final Space observationSpace;
    private final Space actionSpace;
    private final Mlp network;
    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

    /// @param network inputs: the observation's features; outputs: a logit for each choice, or the mean of each
    ///     number. Copied.
    /// @throws IllegalArgumentException if the network's shape does not fit the spaces
    public Policy(Space observationSpace, Space actionSpace, Mlp network) {
        this.observationSpace = requireNonNull(observationSpace, "observationSpace");
        this.actionSpace = requireNonNull(actionSpace, "actionSpace");
        this.network = network.copy();
        int outputs = actionSpace.features();
        if (network.inputSize() != observationSpace.features() || network.outputSize() != outputs) {
            throw new IllegalArgumentException("network: %d inputs and %d outputs (expected: %d and %d, for %s and %s)"
                    .formatted(
                            network.inputSize(),
                            network.outputSize(),
                            observationSpace.features(),
                            outputs,
                            observationSpace,
                            actionSpace));
        }
    }

    public Space observationSpace() {
        return observationSpace;
    }

    public Space actionSpace() {
        return actionSpace;
    }

    /// A copy of the network, for exporters.
    public Mlp network() {
        return network.copy();
    }

    /// @param observations `[rows × observation size]`
    /// @param actions      `[rows × action size]`, overwritten
    /// @throws IllegalArgumentException if an array is too short, or an observation is not finite or no choice
    public void act(float[] observations, int rows, float[] actions) {
        check(observations, rows, actions);
        Scratch mine = scratch.get();
        mine.reserve(rows);
        int size = observationSpace.size();
        int features = observationSpace.features();
        for (int row = 0; row < rows; row++) {
            observationSpace.encode(observations, row * size, mine.features, row * features);
        }
        mine.own.forward(mine.features, 0, rows, mine.outputs, 0);
        switch (actionSpace) {
            case Discrete(int n) -> {
                for (int row = 0; row < rows; row++) {
                    actions[row] = argMax(mine.outputs, row * n, n);
                }
            }
            case Box box -> clip(box, mine.outputs, rows, actions);
        }
    }

    /// The action for one observation.
    ///
    /// @throws IllegalArgumentException if it is not of the space's size, not finite, or no choice
    public float[] act(float... observation) {
        if (observation.length != observationSpace.size()) {
            throw new IllegalArgumentException("observation: %d numbers (expected: %d for one of %s)"
                    .formatted(observation.length, observationSpace.size(), observationSpace));
        }
        float[] action = new float[actionSpace.size()];
        act(observation, 1, action);
        return action;
    }

    private void check(float[] observations, int rows, float[] actions) {
        int size = observationSpace.size();
        if (observations.length < rows * size) {
            throw new IllegalArgumentException("observation: %d numbers (expected: %d for %d of %s)"
                    .formatted(observations.length, rows * size, rows, observationSpace));
        }
        if (actions.length < rows * actionSpace.size()) {
            throw new IllegalArgumentException(
                    "actions: room for %d numbers (expected: %d)".formatted(actions.length, rows * actionSpace.size()));
        }
        for (int i = 0; i < rows * size; i++) {
            if (!Float.isFinite(observations[i])) {
                throw new IllegalArgumentException("observation: element %d is %s (expected: a finite number)"
                        .formatted(i % size, observations[i]));
            }
        }
        if (observationSpace instanceof Discrete) {
            for (int row = 0; row < rows; row++) {
                String problem = observationSpace.problem(observations, row);
                if (!problem.isEmpty()) {
                    throw new IllegalArgumentException("observation: " + problem);
                }
            }
        }
    }

    private static void clip(Box box, float[] means, int rows, float[] actions) {
        int size = box.size();
        for (int i = 0; i < rows * size; i++) {
            actions[i] = Math.clamp(means[i], box.low(i % size), box.high(i % size));
        }
    }

    private static int argMax(float[] values, int from, int length) {
        int best = 0;
        for (int i = 1; i < length; i++) {
            if (values[from + i] > values[from + best]) {
                best = i;
            }
        }
        return best;
    }

    /// Writes the policy's file; a file that stood there is replaced whole or not at all.
    public void save(Path file) throws IOException {
        PolicyFile.write(this, file);
    }

    /// @throws PolicyFormatException if it is not a policy this version can read, or it is damaged
    public static Policy load(Path file) throws IOException {
        return PolicyFile.read(file);
    }

    /// Writes the policy as an ONNX model: input `observation` `[rows, size]`, output `action`.
    public void exportOnnx(Path file) throws IOException {
        Onnx.write(this, file);
    }
}
