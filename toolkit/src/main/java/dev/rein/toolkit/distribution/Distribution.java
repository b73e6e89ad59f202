package dev.rein.toolkit.distribution;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Dict;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.MultiBinary;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Tuple;
import java.util.random.RandomGenerator;

/// A distribution over actions with the closed forms of policy gradients.
public sealed interface Distribution extends ActionHead
        permits Categorical, Bernoulli, Gaussian, StateDependent, Joint {
    /// Draws an action for each row.
    ///
    /// @param outputs `[rows × outputs]` of the network
    /// @param masks   `[rows × choices]`, empty where nothing is masked
    /// @param actions `[rows × action size]`, overwritten
    /// @param logProb `[rows]`, overwritten from element `at`
    default void sample(
            float[] outputs,
            boolean[] masks,
            int rows,
            RandomGenerator random,
            float[] actions,
            float[] logProb,
            int at) {
        sample(outputs, masks, rows, random, actions);
        for (int row = 0; row < rows; row++) {
            logProb[at + row] = logProb(outputs, row, masks, actions);
        }
    }

    /// Reads one row's distribution; [#entropy] and [#gradient] then speak of it.
    ///
    /// @return the log probability (density) of the row's action
    float logProb(float[] outputs, int row, boolean[] masks, float[] actions);

    /// Of the distribution last read, in nats.
    float entropy();

    /// Overwrites the row of the loss's gradient by the outputs, for a loss of `g · log π(a) − bonus · entropy` at
    /// first order.
    void gradient(float g, float bonus, float[] outputGradient, int row);

    /// Parameters it has beside the network's outputs; may be empty.
    float[] parameters();

    /// Gradient by [#parameters]; [#gradient] adds to it.
    float[] parameterGradient();

    @Override
    Distribution copy();

    /// As [#of(Space)], or numbers drawn by [StateDependent] noise.
    ///
    /// @param latent       numbers that the network's last layer reads
    /// @param logDeviation to begin with
    /// @param every        steps that noise is held while exploring; -1 is a whole rollout
    /// @throws IllegalArgumentException if the actions are no numbers
    static Distribution stateDependent(Space actionSpace, int latent, float logDeviation, int every) {
        if (actionSpace instanceof Box box) {
            return new StateDependent(latent, box.size(), logDeviation, every);
        }
        throw new IllegalArgumentException(
                "use_sde: true with actions %s (expected: false; only numbers, a Box, are explored so)"
                        .formatted(actionSpace));
    }

    /// The one policy gradients use for a space: softmax over choices, independent coins, independent normals, or
    /// one of these for each part.
    static Distribution of(Space actionSpace) {
        return switch (actionSpace) {
            case Discrete(int n) -> new Categorical(n);
            case Box box -> new Gaussian(box.size());
            case MultiDiscrete multi -> new Categorical(multi.n());
            case MultiBinary(int n) -> new Bernoulli(n);
            case Dict _, Tuple _ -> Joint.of(actionSpace);
        };
    }
}
