package dev.rein.toolkit.ppo;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.distribution.Distribution;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.EpisodeStatistics;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.kernel.Kernels;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Adam;
import dev.rein.toolkit.nn.Architecture;
import dev.rein.toolkit.nn.Initialisation;
import dev.rein.toolkit.nn.Normalizer;
import dev.rein.toolkit.nn.Optimizer;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.rollout.Rollout;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Opened;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Proximal policy optimisation with a clipped objective (Schulman et al. 2017), as the implementation details of
/// Huang et al. 2022 ("the 37 details", cited here by number) have it: policy and value network that share nothing,
/// vectorised environments, fixed-length rollouts, generalised advantage estimation with bootstrap at truncation.
public final class Ppo implements Algorithm {
    private final PpoHyperParameters hp;
    private final VectorEnvironment environments;
    private final EpisodeRandom random;
    private final Kernels kernels = Kernels.active();

    private final Sequential actor;
    private final Sequential critic;
    private final Distribution head;
    private final Adam actorAdam;
    private final Adam criticAdam;
    private final Adam headAdam;
    private final @Nullable Normalizer normalizer;
    private final Rollout rollout;

    // One minibatch, its rows gathered next to each other.
    private final int[] order;
    private final float[] observations;
    private final float[] actions;
    private final boolean[] masks;
    private final float[] actorOutput;
    private final float[] actorGradient;
    private final float[] criticOutput;
    private final float[] criticGradient;

    private long steps;
    private final Losses losses = new Losses();

    /// Sums over an update, of the means of its minibatches.
    private static final class Losses {
        int minibatches;
        double policy;
        double value;
        double entropy;
        double approxKl;
        double clipFraction;
        double explainedVariance = Double.NaN;
        float learningRate;

        void clear() {
            minibatches = 0;
            policy = 0;
            value = 0;
            entropy = 0;
            approxKl = 0;
            clipFraction = 0;
        }
    }

    /// @param maker makes one environment; called `hp.nEnvs()` times
    /// @param seed  of everything: episodes, initial weights, actions, minibatches
    public Ppo(PpoHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this(hp, maker, seed, VectorOptions.defaults());
    }

    /// @param maker   makes one environment; called `hp.nEnvs()` times
    /// @param seed    of everything: episodes, initial weights, actions, minibatches
    /// @param options of stepping: threads, which change no result, and how long a step may take; their autoreset
    ///     must be [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    public Ppo(PpoHyperParameters hp, Supplier<? extends Environment> maker, long seed, VectorOptions options) {
        this.hp = requireNonNull(hp, "hp");
        try (var opened = new Opened()) {
            environments = opened.own(VectorEnvironment.of(maker, hp.nEnvs(), seed, options.forTraining()));
            random = new EpisodeRandom(seed, -1, 0);
            int features = environments.observationSpace().features();
            var observed = environments.observationSpace();
            var shape = Architecture.of(observed, hp.filters(), hp.netArch(), hp.activation(), hp.layerNorm());
            head = hp.useSde()
                    ? Distribution.stateDependent(
                            environments.actionSpace(), shape.latent(features), hp.logStdInit(), hp.sdeSampleFreq())
                    : Distribution.of(environments.actionSpace());
            Arrays.fill(head.parameters(), hp.logStdInit()); // a head's own parameters are logarithms of deviations
            // Detail 2: orthogonal weights, gain √2 inside, 0.01 for the policy's head, 1 for the value's.
            // Detail 13: two networks that share nothing.
            var initialisation = hp.orthoInit() ? Initialisation.ORTHOGONAL : Initialisation.UNIFORM;
            actor = shape.network(features, head.outputs(), Activation.IDENTITY)
                    .initialise(random, initialisation, 0.01f);
            critic = shape.network(features, 1, Activation.IDENTITY).initialise(random, initialisation, 1);
            head.reads(actor);
            // Detail 3: Adam's epsilon.
            actorAdam = new Adam(actor.parameters().length, 1e-5f);
            criticAdam = new Adam(critic.parameters().length, 1e-5f);
            headAdam = new Adam(head.parameters().length, 1e-5f);
            normalizer = hp.normalizeObservations() ? new Normalizer(features) : null;
            rollout = new Rollout(
                    environments, hp.nSteps(), hp.gamma(), head.outputs(), normalizer, hp.normalizeRewards());

            int rows = hp.batchSize();
            order = new int[rollout.size()];
            observations = new float[rows * features];
            actions = new float[rows * environments.actionSpace().size()];
            masks = new boolean[rows * (environments.masks().length / hp.nEnvs())];
            actorOutput = new float[rows * head.outputs()];
            actorGradient = new float[actorOutput.length];
            criticOutput = new float[rows];
            criticGradient = new float[rows];
            environments.reset();
            opened.keep();
        }
    }

    @Override
    public void round(double done) {
        rollout.collect(actor, head, critic, random);
        steps += rollout.size();
        rollout.advantages(hp.gaeLambda());
        // Detail 4: learning rate (and clip range) may fall over the budget.
        update(hp.learningRate().at(done), hp.clipRange().at(done));
    }

    private void update(float learningRate, float clipRange) {
        losses.clear();
        losses.learningRate = learningRate;
        losses.explainedVariance = rollout.explainedVariance();
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        for (int epoch = 0; epoch < hp.nEpochs(); epoch++) {
            shuffle(); // detail 6: minibatches over the whole rollout, each step once an epoch
            for (int from = 0; from + 2 <= order.length; from += hp.batchSize()) {
                int rows = Math.min(hp.batchSize(), order.length - from);
                double kl = policyGradient(from, rows, clipRange);
                if (hp.targetKl() > 0 && kl > 1.5 * hp.targetKl()) {
                    return; // auxiliary detail 3: the policy moved far enough
                }
                valueGradient(from, rows);
                descend(learningRate);
            }
        }
    }

    /// Fisher-Yates.
    private void shuffle() {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }

    /// Equation 7 of the paper, and the entropy bonus of equation 9.
    ///
    /// @return the mean estimate of the KL divergence from the policy that collected
    ///     (http://joschu.net/blog/kl-approx.html)
    private double policyGradient(int from, int rows, float clipRange) {
        Rollout.gather(rollout.observation(), actor.inputSize(), order, from, rows, observations);
        Rollout.gather(rollout.action(), environments.actionSpace().size(), order, from, rows, actions);
        Rollout.gather(rollout.mask(), masks.length / hp.batchSize(), order, from, rows, masks);
        // Detail 7: advantages are normalised in each minibatch.
        double mean = hp.normalizeAdvantage() ? mean(from, rows) : 0;
        double deviation = hp.normalizeAdvantage() ? deviation(from, rows, mean) + 1e-8 : 1;

        actor.zeroGradient();
        Arrays.fill(head.parameterGradient(), 0);
        actor.forward(observations, 0, rows, actorOutput, 0);
        double loss = 0;
        double entropy = 0;
        double kl = 0;
        int clipped = 0;
        for (int i = 0; i < rows; i++) {
            int at = order[from + i];
            double advantage = (rollout.advantage()[at] - mean) / deviation;
            double logRatio = head.logProb(actorOutput, i, masks, actions) - rollout.logProb()[at];
            double ratio = Math.exp(logRatio);
            loss -= objective(ratio, advantage, clipRange);
            entropy += head.entropy();
            kl += ratio - 1 - logRatio;
            clipped += Math.abs(ratio - 1) > clipRange ? 1 : 0;
            float g = isHeld(ratio, advantage, clipRange) ? 0 : (float) (-ratio * advantage / rows);
            head.gradient(g, hp.entCoef() / rows, actorGradient, i);
        }
        actor.backward(actorGradient, null);
        losses.minibatches++;
        losses.policy += loss / rows;
        losses.entropy += entropy / rows;
        losses.approxKl += kl / rows;
        losses.clipFraction += (double) clipped / rows;
        return kl / rows;
    }

    /// Detail 8: the smaller of the two objectives of one step.
    static double objective(double ratio, double advantage, float clipRange) {
        return Math.min(ratio * advantage, Math.clamp(ratio, 1 - clipRange, 1 + clipRange) * advantage);
    }

    /// Whether the clipped objective is the smaller, which does not move with the ratio.
    static boolean isHeld(double ratio, double advantage, float clipRange) {
        return objective(ratio, advantage, clipRange) != ratio * advantage;
    }

    private double mean(int from, int rows) {
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            sum += rollout.advantage()[order[from + i]];
        }
        return sum / rows;
    }

    private double deviation(int from, int rows, double mean) {
        double squares = 0;
        for (int i = 0; i < rows; i++) {
            double difference = rollout.advantage()[order[from + i]] - mean;
            squares += difference * difference;
        }
        return Math.sqrt(squares / (rows - 1));
    }

    /// The mean squared error, clipped as the policy's objective is (detail 9) if `clip_range_vf` says so.
    private void valueGradient(int from, int rows) {
        critic.zeroGradient();
        critic.forward(observations, 0, rows, criticOutput, 0);
        double loss = 0;
        for (int i = 0; i < rows; i++) {
            int at = order[from + i];
            float target = rollout.target()[at];
            float error = criticOutput[i] - target;
            float old = rollout.value()[at];
            boolean moves = true;
            if (hp.clipRangeVf() > 0) {
                float moved = criticOutput[i] - old;
                float held = old + Math.clamp(moved, -hp.clipRangeVf(), hp.clipRangeVf()) - target;
                if (held * held > error * error) {
                    error = held;
                    moves = Math.abs(moved) <= hp.clipRangeVf();
                }
            }
            loss += error * error;
            criticGradient[i] = moves ? 2 * hp.vfCoef() * error / rows : 0;
        }
        critic.backward(criticGradient, null);
        losses.value += loss / rows;
    }

    /// Detail 11: the gradient of everything together is no longer than `max_grad_norm`.
    private void descend(float learningRate) {
        double norm =
                Math.sqrt(squares(actor.gradient()) + squares(head.parameterGradient()) + squares(critic.gradient()));
        float scale = Optimizer.clip(norm, hp.maxGradNorm());
        actorAdam.step(actor.parameters(), actor.gradient(), scale, learningRate);
        headAdam.step(head.parameters(), head.parameterGradient(), scale, learningRate);
        criticAdam.step(critic.parameters(), critic.gradient(), scale, learningRate);
    }

    private double squares(float[] gradient) {
        return kernels.sumOfSquares(gradient, 0, gradient.length);
    }

    @Override
    public Policy policy() {
        return new Policy(environments.observationSpace(), environments.actionSpace(), actor, head, normalizer);
    }

    @Override
    public long steps() {
        return steps;
    }

    /// `policy_loss`, `value_loss` (mean squared error), `entropy` (nats), `approx_kl` (nats), `clip_fraction`,
    /// `explained_variance` and `learning_rate`.
    @Override
    public Map<String, Double> metrics() {
        int n = Math.max(1, losses.minibatches);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("policy_loss", losses.policy / n);
        metrics.put("value_loss", losses.value / n);
        metrics.put("entropy", losses.entropy / n);
        metrics.put("approx_kl", losses.approxKl / n);
        metrics.put("clip_fraction", losses.clipFraction / n);
        metrics.put("explained_variance", losses.explainedVariance);
        metrics.put("learning_rate", (double) losses.learningRate);
        return metrics;
    }

    @Override
    public EpisodeStatistics statistics() {
        return environments.statistics();
    }

    @Override
    public void state(Checkpoint checkpoint) {
        checkpoint.same("algorithm", "ppo");
        checkpoint.same("hyperparameters", hp.values().toString());
        steps = checkpoint.integer("steps", steps);
        random.restore(checkpoint.integer("random", random.state()));
        checkpoint.floats("actor", actor.parameters());
        checkpoint.floats("critic", critic.parameters());
        checkpoint.floats("head", head.parameters());
        actorAdam.state(checkpoint.part("actor_adam"));
        criticAdam.state(checkpoint.part("critic_adam"));
        headAdam.state(checkpoint.part("head_adam"));
        rollout.state(checkpoint.part("rollout"));
        environments.state(checkpoint.part("environments"));
    }

    @Override
    public void close() {
        environments.close();
    }
}
