package dev.rein.toolkit.policy;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.distribution.ActionHead;
import dev.rein.toolkit.distribution.Categorical;
import dev.rein.toolkit.distribution.Distribution;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.nn.Normalizer;
import dev.rein.toolkit.nn.Sequential;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A trained policy: an observation is encoded, normalised if training did so, run through the network, and its
/// outputs are read by the head; numbers are clipped to the bounds of their [Box].
///
/// Immutable and safe for any number of threads, virtual ones included; a call allocates nothing once its batch
/// size is known and no more than [#AT_ONCE] run at once.
public final class Policy {
    private static final int AT_ONCE = 32;
    private static final boolean[] ALL = new boolean[0];

    /// A call's own network and buffers.
    private final class Scratch {
        final Sequential own = network.copy();
        final ActionHead ownHead = head.copy();
        float[] features = new float[0];
        float[] outputs = new float[0];

        Scratch() {
            ownHead.reads(own);
        }

        void run(float[] observations, int rows) {
            int size = observationSpace.size();
            int width = own.inputSize();
            if (features.length < rows * width || outputs.length < rows * own.outputSize()) {
                features = new float[rows * width];
                outputs = new float[rows * own.outputSize()];
            }
            for (int row = 0; row < rows; row++) {
                observationSpace.encode(observations, row * size, features, row * width);
            }
            if (isNormalised()) {
                Normalizer.apply(shift, scale, features, 0, rows);
            }
            own.forward(features, 0, rows, outputs, 0);
        }
    }

    private final Space observationSpace;
    private final Space actionSpace;
    private final Sequential network;
    private final ActionHead head;
    /// Of an observation; numbers outside a Box are clipped by nobody and harm nobody.
    private final Part[] checkedParts;

    /// What a mask speaks of; null where there is nothing to choose from.
    private final @Nullable MultiDiscrete choice;

    private final float[] shift;
    private final float[] scale;
    private final AtomicReferenceArray<@Nullable Scratch> idle = new AtomicReferenceArray<>(AT_ONCE);

    /// A policy whose observations are not normalised and whose actions are drawn from [Distribution#of] their
    /// space.
    public Policy(Space observationSpace, Space actionSpace, Sequential network) {
        this(observationSpace, actionSpace, network, Distribution.of(actionSpace), null);
    }

    /// @param network    inputs: the observation's features; outputs: what the head reads. Copied.
    /// @param head       copied
    /// @param normalizer of the features; copied; null if the network was trained without
    /// @throws IllegalArgumentException if the network's shape does not fit spaces and head
    public Policy(
            Space observationSpace,
            Space actionSpace,
            Sequential network,
            ActionHead head,
            @Nullable Normalizer normalizer) {
        this(
                observationSpace,
                actionSpace,
                network,
                head,
                normalizer == null ? new float[0] : normalizer.shift(),
                normalizer == null ? new float[0] : normalizer.scale());
    }

    Policy(
            Space observationSpace,
            Space actionSpace,
            Sequential network,
            ActionHead head,
            float[] shift,
            float[] scale) {
        this.observationSpace = requireNonNull(observationSpace, "observationSpace");
        this.actionSpace = requireNonNull(actionSpace, "actionSpace");
        this.network = network.copy();
        this.head = head.copy();
        checkedParts = observationSpace.leaves().stream()
                .filter(leaf -> !(leaf.space() instanceof Box))
                .toArray(Part[]::new);
        choice = MultiDiscrete.choicesOf(actionSpace).orElse(null);
        this.shift = shift;
        this.scale = scale;
        if (network.inputSize() != observationSpace.features() || network.outputSize() != head.outputs()) {
            throw new IllegalArgumentException("network: %d inputs and %d outputs (expected: %d and %d, for %s and %s)"
                    .formatted(
                            network.inputSize(),
                            network.outputSize(),
                            observationSpace.features(),
                            head.outputs(),
                            observationSpace,
                            actionSpace));
        }
        if (shift.length != scale.length || (shift.length > 0 && shift.length != observationSpace.features())) {
            throw new IllegalArgumentException("normalisation: of %d and %d features (expected: %d)"
                    .formatted(shift.length, scale.length, observationSpace.features()));
        }
    }

    public Space observationSpace() {
        return observationSpace;
    }

    public Space actionSpace() {
        return actionSpace;
    }

    /// A copy of the network, for exporters.
    public Sequential network() {
        return network.copy();
    }

    /// A copy of the head, for exporters.
    public ActionHead head() {
        return head.copy();
    }

    /// Whether features are normalised on their way to the network.
    public boolean isNormalised() {
        return shift.length > 0;
    }

    float[] shift() {
        return shift;
    }

    float[] scale() {
        return scale;
    }

    /// The best actions, as the policy sees it.
    ///
    /// @param observations `[rows × observation size]`
    /// @param actions      `[rows × action size]`, overwritten
    /// @throws IllegalArgumentException if an array is too short, or an observation is not finite or no choice
    public void act(float[] observations, int rows, float[] actions) {
        act(observations, ALL, rows, null, actions);
    }

    /// @param masks  `[rows × choices]`, which actions are allowed; empty allows all
    /// @param random draws the actions from the policy's distribution; null takes the best
    /// @throws IllegalArgumentException as above, or if a mask has another length or allows nothing
    public void act(
            float[] observations, boolean[] masks, int rows, @Nullable RandomGenerator random, float[] actions) {
        check(observations, rows, actions);
        checkMasks(masks, rows);
        int slot = (int) Thread.currentThread().threadId() & (AT_ONCE - 1);
        Scratch mine = idle.getAndSet(slot, null);
        if (mine == null) {
            mine = new Scratch();
        }
        mine.run(observations, rows);
        if (random == null) {
            mine.ownHead.mode(mine.outputs, masks, rows, actions);
        } else {
            mine.ownHead.sample(mine.outputs, masks, rows, random, actions);
        }
        for (int row = 0; row < rows; row++) {
            actionSpace.clip(actions, row * actionSpace.size());
        }
        idle.set(slot, mine);
    }

    /// The best action for one observation.
    ///
    /// @throws IllegalArgumentException if it is not of the space's size, not finite, or no choice
    public float[] act(float... observation) {
        return act(observation, ALL, null);
    }

    /// An action for one observation.
    ///
    /// @param mask   which actions are allowed; empty allows all
    /// @param random draws it; null takes the best
    public float[] act(float[] observation, boolean[] mask, @Nullable RandomGenerator random) {
        if (observation.length != observationSpace.size()) {
            throw new IllegalArgumentException("observation: %d numbers (expected: %d for one of %s)"
                    .formatted(observation.length, observationSpace.size(), observationSpace));
        }
        float[] action = new float[actionSpace.size()];
        act(observation, mask, 1, random, action);
        return action;
    }

    /// How likely each choice is for one observation, part after part.
    ///
    /// @throws IllegalStateException if the policy draws no choices by probability
    public float[] probabilities(float[] observation, boolean[] mask) {
        if (!(head.copy() instanceof Categorical categorical)) {
            throw new IllegalStateException(
                    "probabilities: of a %s policy (expected: a categorical one)".formatted(head.describe()));
        }
        check(observation, 1, new float[actionSpace.size()]);
        checkMasks(mask, 1);
        var once = new Scratch();
        once.run(observation, 1);
        categorical.logProb(once.outputs, 0, mask, new float[actionSpace.size()]);
        return categorical.probabilities();
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
        for (Part leaf : checkedParts) {
            for (int row = 0; row < rows; row++) {
                String problem = leaf.space().problem(observations, row * size + leaf.offset());
                if (!problem.isEmpty()) {
                    String name = leaf.name().isEmpty() ? "" : "in \"" + leaf.name() + "\" ";
                    throw new IllegalArgumentException("observation: " + name + problem);
                }
            }
        }
    }

    private void checkMasks(boolean[] masks, int rows) {
        if (masks.length == 0) {
            return;
        }
        int choices = actionSpace.choices();
        if (choice == null || masks.length != rows * choices) {
            throw new IllegalArgumentException(
                    "mask: %d of actions %s (expected: %d)".formatted(masks.length, actionSpace, rows * choices));
        }
        for (int row = 0; row < rows; row++) {
            int part = choice.partWithoutChoice(masks, row * choices);
            if (part >= 0) {
                throw new IllegalArgumentException(
                        "mask: all %d actions%s are forbidden (expected: at least one allowed)"
                                .formatted(choice.n(part), choice.parts() == 1 ? "" : " of part " + part));
            }
        }
    }

    /// Writes the policy's file; a file that stood there is replaced whole or not at all.
    public void save(Path file) throws IOException {
        PolicyFile.write(this, file);
    }

    /// @throws PolicyFormatException if it is not a policy this version can read, or it is damaged
    public static Policy load(Path file) throws IOException {
        return PolicyFile.read(file);
    }

    /// Writes the policy as an ONNX model: input `observation`, float `[rows, size]`; output `action`, the best one.
    /// Every choice is allowed; where some are not, it takes [#exportMaskedOnnx].
    public void exportOnnx(Path file) throws IOException {
        Onnx.write(this, file, false);
    }

    /// The same with a second input, `mask`, bool `[rows, choices]`: which choices are allowed, part after part. At
    /// least one of each part must be.
    ///
    /// @throws IllegalStateException if there is nothing to choose from
    public void exportMaskedOnnx(Path file) throws IOException {
        if (choice == null) {
            throw new IllegalStateException(
                    "mask: of actions %s (expected: Discrete or MultiDiscrete, or a Dict or Tuple with some)"
                            .formatted(actionSpace));
        }
        Onnx.write(this, file, true);
    }
}
