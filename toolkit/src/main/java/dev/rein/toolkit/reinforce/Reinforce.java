package dev.rein.toolkit.reinforce;

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
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Opened;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// REINFORCE (Williams 1992, "Simple statistical gradient-following algorithms for connectionist reinforcement
/// learning", equation 11): play whole episodes, then make each action likelier by as much as its return exceeds the
/// baseline. As usual today, and unlike the derivation, later steps of an episode are not discounted once more.
///
/// An episode that was cut off is taken for what it earned, and with a learned baseline for what was still to come.
public final class Reinforce implements Algorithm {
    /// Rows that go through a network at once.
    private static final int CHUNK = 1024;

    private final ReinforceHyperParameters hp;
    private final VectorEnvironment environment;
    private final EpisodeRandom random;
    private final Kernels kernels = Kernels.active();

    private final Sequential actor;
    private final Distribution head;
    private final Adam actorAdam;
    private final Adam headAdam;
    private final @Nullable Sequential critic;
    private final Adam criticAdam;
    private final @Nullable Normalizer normalizer;
    private final Episodes episodes;

    private final float[] output;
    private final float[] outputGradient;
    private final float[] value = new float[CHUNK];
    private final float[] valueGradient = new float[CHUNK];

    private long steps;
    private double policyLoss = Double.NaN;
    private double valueLoss = Double.NaN;
    private double entropy = Double.NaN;
    private double discountedReturn = Double.NaN;

    /// @param maker makes the one environment; its episodes must end
    /// @param seed  of everything: episodes, initial weights, actions
    public Reinforce(ReinforceHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this(hp, maker, seed, VectorOptions.defaults());
    }

    /// @param maker makes the one environment; its episodes must end
    /// @param seed  of everything: episodes, initial weights, actions
    /// @param options of stepping: how long a step may take; their autoreset must be
    ///     [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    public Reinforce(
            ReinforceHyperParameters hp, Supplier<? extends Environment> maker, long seed, VectorOptions options) {
        this.hp = requireNonNull(hp, "hp");
        try (var opened = new Opened()) {
            environment = opened.own(VectorEnvironment.of(maker, 1, seed, options.forTraining()));
            random = new EpisodeRandom(seed, -1, 0);
            int features = environment.observationSpace().features();
            head = Distribution.of(environment.actionSpace());
            Arrays.fill(head.parameters(), hp.logStdInit()); // a head's own parameters are logarithms of deviations
            var shape = Architecture.mlp(hp.activation(), hp.netArch(), hp.layerNorm());
            actor = shape.network(features, head.outputs(), Activation.IDENTITY)
                    .initialise(random, Initialisation.ORTHOGONAL, 0.01f);
            critic = hp.baseline() == Baseline.VALUE
                    ? shape.network(features, 1, Activation.IDENTITY).initialise(random, Initialisation.ORTHOGONAL, 1)
                    : null;
            actorAdam = new Adam(actor.parameters().length, 1e-8f);
            headAdam = new Adam(head.parameters().length, 1e-8f);
            criticAdam = new Adam(critic == null ? 0 : critic.parameters().length, 1e-8f);
            normalizer = hp.normalizeObservations() ? new Normalizer(features) : null;
            episodes = new Episodes(environment);
            output = new float[CHUNK * head.outputs()];
            outputGradient = new float[output.length];
            environment.reset();
            opened.keep();
        }
    }

    @Override
    public void round(double done) {
        episodes.clear();
        for (int i = 0; i < hp.nEpisodes(); i++) {
            play();
        }
        steps += episodes.rows();
        compare();
        ascend(hp.learningRate().at(done));
        if (critic != null) {
            learnValues(critic, hp.valueLearningRate().at(done));
        }
    }

    /// One episode to its end, and the returns of its steps walking back: `G_t = r_t + γ^Δt G_t+1`.
    private void play() {
        int first = episodes.rows();
        do {
            int row = episodes.observe(normalizer);
            actor.forward(episodes.features(), row * actor.inputSize(), 1, output, 0);
            head.sample(output, environment.masks(), 1, random, episodes.drawn());
            episodes.act(hp.gamma());
        } while (!environment.terminated()[0] && !environment.truncated()[0]);
        double after = 0;
        if (critic != null && environment.truncated()[0]) {
            critic.forward(episodes.last(normalizer), 0, 1, value, 0);
            after = value[0];
        }
        discountedReturn = episodes.returns(first, after);
        if (!hp.returnsToGo()) {
            Arrays.fill(episodes.target(), first, episodes.rows(), (float) discountedReturn);
        }
    }

    /// `G − b`, the characteristic eligibility's weight; then mean 0 and deviation 1, if they shall be.
    private void compare() {
        int rows = episodes.rows();
        float[] weight = episodes.weight();
        System.arraycopy(episodes.target(), 0, weight, 0, rows);
        if (critic != null) {
            for (int from = 0; from < rows; from += CHUNK) {
                int count = Math.min(CHUNK, rows - from);
                critic.forward(episodes.features(), from * critic.inputSize(), count, value, 0);
                for (int i = 0; i < count; i++) {
                    weight[from + i] -= value[i];
                }
            }
        }
        double mean = 0;
        for (int i = 0; i < rows; i++) {
            mean += (double) weight[i] / rows;
        }
        double squares = 0;
        for (int i = 0; i < rows; i++) {
            squares += (weight[i] - mean) * (weight[i] - mean);
        }
        double deviation = hp.normalizeReturns() ? Math.sqrt(squares / rows) + 1e-8 : 1;
        double middle = hp.normalizeReturns() || hp.baseline() == Baseline.MEAN ? mean : 0;
        for (int i = 0; i < rows; i++) {
            weight[i] = (float) ((weight[i] - middle) / deviation);
        }
    }

    /// `Δθ = α (G − b) ∂ log π(a|s) / ∂θ`, summed over an episode's steps and averaged over episodes.
    private void ascend(float learningRate) {
        int rows = episodes.rows();
        actor.zeroGradient();
        Arrays.fill(head.parameterGradient(), 0);
        policyLoss = 0;
        entropy = 0;
        for (int from = 0; from < rows; from += CHUNK) {
            int count = Math.min(CHUNK, rows - from);
            episodes.select(from, count);
            actor.forward(episodes.features(), from * actor.inputSize(), count, output, 0);
            for (int i = 0; i < count; i++) {
                float weight = episodes.weight()[from + i];
                float logProb = head.logProb(output, i, episodes.masks(), episodes.actions());
                policyLoss -= (double) weight * logProb / rows;
                entropy += (double) head.entropy() / rows;
                head.gradient(-weight / hp.nEpisodes(), hp.entCoef() / hp.nEpisodes(), outputGradient, i);
            }
            actor.backward(outputGradient, null);
        }
        double norm = Math.sqrt(kernels.sumOfSquares(actor.gradient(), 0, actor.gradient().length)
                + kernels.sumOfSquares(head.parameterGradient(), 0, head.parameterGradient().length));
        float scale = Optimizer.clip(norm, hp.maxGradNorm());
        actorAdam.step(actor.parameters(), actor.gradient(), scale, learningRate);
        headAdam.step(head.parameters(), head.parameterGradient(), scale, learningRate);
    }

    /// The baseline's mean squared error, over all steps at once in each epoch.
    private void learnValues(Sequential values, float learningRate) {
        int rows = episodes.rows();
        for (int epoch = 0; epoch < hp.valueEpochs(); epoch++) {
            values.zeroGradient();
            double loss = 0;
            for (int from = 0; from < rows; from += CHUNK) {
                int count = Math.min(CHUNK, rows - from);
                values.forward(episodes.features(), from * values.inputSize(), count, value, 0);
                for (int i = 0; i < count; i++) {
                    float error = value[i] - episodes.target()[from + i];
                    loss += (double) error * error / rows;
                    valueGradient[i] = 2 * error / rows;
                }
                values.backward(valueGradient, null);
            }
            criticAdam.step(values.parameters(), values.gradient(), 1, learningRate);
            valueLoss = loss;
        }
    }

    @Override
    public Policy policy() {
        return new Policy(environment.observationSpace(), environment.actionSpace(), actor, head, normalizer);
    }

    @Override
    public long steps() {
        return steps;
    }

    /// `policy_loss`, `value_loss` (mean squared error of a learned baseline, else NaN), `entropy` (nats) and
    /// `discounted_return` (of the latest episode).
    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("policy_loss", policyLoss);
        metrics.put("value_loss", valueLoss);
        metrics.put("entropy", entropy);
        metrics.put("discounted_return", discountedReturn);
        return metrics;
    }

    @Override
    public EpisodeStatistics statistics() {
        return environment.statistics();
    }

    @Override
    public void state(Checkpoint checkpoint) {
        checkpoint.same("algorithm", "reinforce");
        checkpoint.same("hyperparameters", hp.values().toString());
        steps = checkpoint.integer("steps", steps);
        random.restore(checkpoint.integer("random", random.state()));
        checkpoint.floats("actor", actor.parameters());
        checkpoint.floats("head", head.parameters());
        actorAdam.state(checkpoint.part("actor_adam"));
        headAdam.state(checkpoint.part("head_adam"));
        if (critic != null) {
            checkpoint.floats("critic", critic.parameters());
        }
        criticAdam.state(checkpoint.part("critic_adam"));
        if (normalizer != null) {
            normalizer.state(checkpoint.part("normalizer"));
        }
        environment.state(checkpoint.part("environment"));
    }

    @Override
    public void close() {
        environment.close();
    }
}
