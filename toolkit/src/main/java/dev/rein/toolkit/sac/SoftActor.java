package dev.rein.toolkit.sac;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.distribution.Squashed;
import dev.rein.toolkit.distribution.SquashedGaussian;
import dev.rein.toolkit.distribution.SquashedStateDependent;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Adam;
import dev.rein.toolkit.nn.Architecture;
import dev.rein.toolkit.nn.Halved;
import dev.rein.toolkit.nn.Initialisation;
import dev.rein.toolkit.nn.Network;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.nn.Team;
import java.util.random.RandomGenerator;

/// A stochastic actor with the temperature that prices its randomness: what soft algorithms have in common.
///
/// Actions are between -1 and 1 here; the environment's bounds are the head's business.
public final class SoftActor {
    /// How actions are drawn.
    ///
    /// @param stateDependent whether by noise that is a function of the state (gSDE, Raffin et al. 2020)
    /// @param logStdInit     logarithm of the noise's first deviations, where it depends on the state
    /// @param every          steps that such noise is held; -1 until the next update
    public record Exploration(boolean stateDependent, float logStdInit, int every) {}

    private final Sequential network;
    private final Network halved;
    private final Squashed head;
    private final Adam optimizer;
    private final Adam headOptimizer;
    private final int size;
    private final boolean automatic;
    private final float targetEntropy;
    private final float[] logTemperature;
    private final float[] temperatureGradient = new float[1];
    private final Adam temperatureOptimizer = new Adam(1, 1e-8f);

    private final float[] outputs;
    private final float[] outputGradient;
    private final float[] noise;
    private final float[] unit;
    private final float[] logProb;

    /// @param actions       must be a [Box] with finite bounds
    /// @param rows          the most that are drawn at once
    /// @param temperature   to begin with, above 0
    /// @param automatic     whether the temperature is learned
    /// @param targetEntropy what it is learned towards, in nats; 0 is minus the number of actions
    /// @param exploration   how actions are drawn
    /// @param team          shares the work; stays its owner's
    public SoftActor(
            int features,
            Space actions,
            Architecture shape,
            int rows,
            float temperature,
            boolean automatic,
            float targetEntropy,
            Exploration exploration,
            RandomGenerator random,
            Team team) {
        if (!(actions instanceof Box box)) {
            throw new IllegalArgumentException(
                    "actions: %s (expected: a Box; for one Discrete choice take DQN or PPO, for others PPO or A2C)"
                            .formatted(actions));
        }
        head = exploration.stateDependent()
                ? new SquashedStateDependent(box, shape.latent(features), exploration.logStdInit(), exploration.every())
                : new SquashedGaussian(box);
        size = box.size();
        network = shape.network(features, head.outputs(), Activation.IDENTITY)
                .initialise(random, Initialisation.UNIFORM, 1);
        head.reads(network);
        // such a head looks at what the last layer reads, and so wants it in one place
        halved = exploration.stateDependent() ? network : new Halved(network, team);
        optimizer = new Adam(network.parameters().length, 1e-8f);
        headOptimizer = new Adam(head.parameters().length, 1e-8f);
        this.automatic = automatic;
        this.targetEntropy = targetEntropy == 0 ? -size : targetEntropy;
        logTemperature = new float[] {(float) Math.log(temperature)};
        outputs = new float[rows * head.outputs()];
        outputGradient = new float[outputs.length];
        noise = new float[rows * size];
        unit = new float[rows * size];
        logProb = new float[rows];
    }

    public Sequential network() {
        return network;
    }

    public Squashed head() {
        return head;
    }

    /// α of the paper.
    public float temperature() {
        return (float) Math.exp(logTemperature[0]);
    }

    /// Draws an action for each environment, to be taken there.
    ///
    /// @param step since the latest update, from 0: state-dependent noise is held for some
    public void explore(float[] features, int environments, int step, RandomGenerator random) {
        network.forward(features, 0, environments, outputs, 0);
        head.explore(random, environments, step);
        head.drawExploring(outputs, environments, random, noise, unit, logProb);
    }

    /// Begins an update: noise that the rows of a batch share is drawn anew.
    public void renew(RandomGenerator random) {
        head.renew(random);
    }

    /// Draws an action for each row of features.
    public void draw(float[] features, int rows, RandomGenerator random) {
        halved.forward(features, 0, rows, outputs, 0);
        head.draw(outputs, rows, random, noise, unit, logProb);
    }

    /// `[rows × size]`, of the last [#draw].
    public float[] unit() {
        return unit;
    }

    /// By row, of the last [#draw].
    public float[] logProb() {
        return logProb;
    }

    /// Moves the temperature so that the entropy of the last [#draw] comes nearer to its target (Haarnoja et al.
    /// 2018b, equation 18, by its logarithm).
    public void adjustTemperature(int rows, float learningRate) {
        if (!automatic) {
            return;
        }
        double excess = 0;
        for (int row = 0; row < rows; row++) {
            excess += logProb[row] + targetEntropy;
        }
        temperatureGradient[0] = (float) (-excess / rows);
        temperatureOptimizer.step(logTemperature, temperatureGradient, 1, learningRate);
    }

    /// One step down `mean(α log π − Q)` for the last [#draw] (Haarnoja et al. 2018, equation 12).
    ///
    /// @param alpha  the temperature when the batch was drawn
    /// @param byUnit `[rows × size]`: `-mean Q` by each action
    public void improve(int rows, float alpha, float[] byUnit, float learningRate) {
        head.gradient(alpha / rows, noise, unit, byUnit, outputs, rows, outputGradient);
        network.zeroGradient();
        if (head.latentGradient().length > 0) {
            network.backwardLatent(outputGradient, head.latentGradient());
        } else {
            halved.backward(outputGradient, null);
        }
        optimizer.step(network.parameters(), network.gradient(), 1, learningRate);
        headOptimizer.step(head.parameters(), head.parameterGradient(), 1, learningRate);
    }

    /// Walks parameters, optimisers and temperature.
    public void state(Checkpoint checkpoint) {
        checkpoint.floats("parameters", network.parameters());
        optimizer.state(checkpoint.part("optimizer"));
        checkpoint.floats("head", head.parameters());
        headOptimizer.state(checkpoint.part("head_optimizer"));
        checkpoint.floats("log_temperature", logTemperature);
        temperatureOptimizer.state(checkpoint.part("temperature_optimizer"));
    }
}
