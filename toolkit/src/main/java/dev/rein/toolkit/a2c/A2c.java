package dev.rein.toolkit.a2c;

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
import dev.rein.toolkit.nn.RmsProp;
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

/// Advantage actor-critic (Mnih et al. 2016, algorithm S3): n steps of every environment, n-step advantages, one
/// step up the policy gradient and down the value's error, and the rollout is forgotten. Workers act in step rather
/// than each at its own pace, which loses nothing (Wu et al. 2017). Details follow Stable-Baselines3, whose figures
/// the presets reproduce: separate networks, RMSprop without shared statistics, bootstrap at truncation.
public final class A2c implements Algorithm {
    private static final float RMS_PROP_DECAY = 0.99f;

    private final A2cHyperParameters hp;
    private final VectorEnvironment environments;
    private final EpisodeRandom random;
    private final Kernels kernels = Kernels.active();

    private final Sequential actor;
    private final Sequential critic;
    private final Distribution head;
    private final Optimizer actorOptimizer;
    private final Optimizer criticOptimizer;
    private final Optimizer headOptimizer;
    private final @Nullable Normalizer normalizer;
    private final Rollout rollout;

    private final float[] actorOutput;
    private final float[] actorGradient;
    private final float[] criticOutput;
    private final float[] criticGradient;

    private long steps;
    private double policyLoss = Double.NaN;
    private double valueLoss = Double.NaN;
    private double entropy = Double.NaN;
    private double explainedVariance = Double.NaN;
    private float learningRate = Float.NaN;

    /// @param maker makes one environment; called `hp.nEnvs()` times
    /// @param seed  of everything: episodes, initial weights, actions
    public A2c(A2cHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this(hp, maker, seed, VectorOptions.defaults());
    }

    /// @param maker   makes one environment; called `hp.nEnvs()` times
    /// @param seed    of everything: episodes, initial weights, actions
    /// @param options of stepping: threads, which change no result, and how long a step may take; their autoreset
    ///     must be [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    public A2c(A2cHyperParameters hp, Supplier<? extends Environment> maker, long seed, VectorOptions options) {
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
            var initialisation = hp.orthoInit() ? Initialisation.ORTHOGONAL : Initialisation.UNIFORM;
            actor = shape.network(features, head.outputs(), Activation.IDENTITY)
                    .initialise(random, initialisation, 0.01f);
            critic = shape.network(features, 1, Activation.IDENTITY).initialise(random, initialisation, 1);
            head.reads(actor);
            actorOptimizer = optimizer(actor.parameters().length);
            criticOptimizer = optimizer(critic.parameters().length);
            headOptimizer = optimizer(head.parameters().length);
            normalizer = hp.normalizeObservations() ? new Normalizer(features) : null;
            rollout = new Rollout(
                    environments, hp.nSteps(), hp.gamma(), head.outputs(), normalizer, hp.normalizeRewards());
            actorOutput = new float[rollout.size() * head.outputs()];
            actorGradient = new float[actorOutput.length];
            criticOutput = new float[rollout.size()];
            criticGradient = new float[rollout.size()];
            environments.reset();
            opened.keep();
        }
    }

    /// Section 4 of the paper: RMSprop, here with statistics of one learner, so there is nothing to share.
    private Optimizer optimizer(int parameters) {
        return hp.useRmsProp()
                ? new RmsProp(parameters, RMS_PROP_DECAY, hp.rmsPropEps())
                : new Adam(parameters, hp.rmsPropEps());
    }

    @Override
    public void round(double done) {
        rollout.collect(actor, head, critic, random);
        steps += rollout.size();
        rollout.advantages(hp.gaeLambda());
        explainedVariance = rollout.explainedVariance();
        policyGradient();
        valueGradient();
        learningRate = hp.learningRate().at(done);
        descend();
    }

    /// `∇ log π(a|s) · A`, and the entropy bonus that keeps the policy from settling early.
    private void policyGradient() {
        int rows = rollout.size();
        double mean = hp.normalizeAdvantage() ? rollout.advantageMean() : 0;
        double deviation = hp.normalizeAdvantage() ? rollout.advantageDeviation() + 1e-8 : 1;
        actor.zeroGradient();
        Arrays.fill(head.parameterGradient(), 0);
        actor.forward(rollout.observation(), 0, rows, actorOutput, 0);
        policyLoss = 0;
        entropy = 0;
        for (int i = 0; i < rows; i++) {
            double advantage = (rollout.advantage()[i] - mean) / deviation;
            policyLoss -= advantage * head.logProb(actorOutput, i, rollout.mask(), rollout.action()) / rows;
            entropy += (double) head.entropy() / rows;
            head.gradient((float) (-advantage / rows), hp.entCoef() / rows, actorGradient, i);
        }
        actor.backward(actorGradient, null);
    }

    private void valueGradient() {
        int rows = rollout.size();
        critic.zeroGradient();
        critic.forward(rollout.observation(), 0, rows, criticOutput, 0);
        valueLoss = 0;
        for (int i = 0; i < rows; i++) {
            float error = criticOutput[i] - rollout.target()[i];
            valueLoss += (double) error * error / rows;
            criticGradient[i] = 2 * hp.vfCoef() * error / rows;
        }
        critic.backward(criticGradient, null);
    }

    private void descend() {
        double norm =
                Math.sqrt(squares(actor.gradient()) + squares(head.parameterGradient()) + squares(critic.gradient()));
        float scale = Optimizer.clip(norm, hp.maxGradNorm());
        actorOptimizer.step(actor.parameters(), actor.gradient(), scale, learningRate);
        headOptimizer.step(head.parameters(), head.parameterGradient(), scale, learningRate);
        criticOptimizer.step(critic.parameters(), critic.gradient(), scale, learningRate);
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

    /// `policy_loss`, `value_loss` (mean squared error), `entropy` (nats), `explained_variance` and
    /// `learning_rate`.
    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("policy_loss", policyLoss);
        metrics.put("value_loss", valueLoss);
        metrics.put("entropy", entropy);
        metrics.put("explained_variance", explainedVariance);
        metrics.put("learning_rate", (double) learningRate);
        return metrics;
    }

    @Override
    public EpisodeStatistics statistics() {
        return environments.statistics();
    }

    @Override
    public void state(Checkpoint checkpoint) {
        checkpoint.same("algorithm", "a2c");
        checkpoint.same("hyperparameters", hp.values().toString());
        steps = checkpoint.integer("steps", steps);
        random.restore(checkpoint.integer("random", random.state()));
        checkpoint.floats("actor", actor.parameters());
        checkpoint.floats("critic", critic.parameters());
        checkpoint.floats("head", head.parameters());
        actorOptimizer.state(checkpoint.part("actor_optimizer"));
        criticOptimizer.state(checkpoint.part("critic_optimizer"));
        headOptimizer.state(checkpoint.part("head_optimizer"));
        rollout.state(checkpoint.part("rollout"));
        environments.state(checkpoint.part("environments"));
    }

    @Override
    public void close() {
        environments.close();
    }
}
