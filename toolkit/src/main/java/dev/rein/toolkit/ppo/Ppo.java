package dev.rein.toolkit.ppo;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.kernel.Kernels;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Adam;
import dev.rein.toolkit.nn.Mlp;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.training.Progress;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Proximal policy optimisation with a clipped objective (Schulman et al. 2017), as the implementation details of
/// Huang et al. 2022 ("the 37 details", cited here by number) have it: two separate tanh networks, vectorised
/// environments, fixed-length rollouts, generalised advantage estimation with bootstrap at truncation.
///
/// Owned by one thread. The same seed gives the same policy, bit for bit.
public final class Ppo implements AutoCloseable {
    private final PpoHyperParameters hp;
    private final VectorEnvironment environments;
    private final EpisodeRandom random;
    private final Kernels kernels = Kernels.active();

    private final Mlp actor;
    private final Mlp critic;
    private final Head head;
    private final Adam actorAdam;
    private final Adam criticAdam;
    private final Adam headAdam;

    // One rollout, [steps × environments]: step t of environment e is at t * environments + e.
    private final int batch;
    private final int features;
    private final int actionSize;
    private final int choices;
    private final float[] observation;
    private final float[] action;
    private final float[] logProb;
    private final boolean[] mask;
    private final float[] reward;
    private final float[] value;
    private final float[] nextValue;
    private final float[] discount;
    private final boolean[] ended;
    private final float[] advantage;
    private final float[] target;

    // One step of all environments.
    private final float[] stepOutputs;
    private final float[] stepActions;
    private final float[] taken;
    private final float[] finalFeatures;
    private final float[] finalValue = new float[1];

    // One epoch's permutation, gathered, so that minibatches are rows next to each other.
    private final int[] order;
    private final float[] shuffledObservation;
    private final float[] minibatchActions;
    private final boolean[] minibatchMask;
    private final float[] actorOutput;
    private final float[] actorGradient;
    private final float[] criticOutput;
    private final float[] criticGradient;

    private long steps;
    private double policyLoss;
    private double valueLoss;
    private double entropy;
    private double approxKl;
    private double clipFraction;

    /// @param maker makes one environment; called `hp.environments()` times
    /// @param seed  of everything: episodes, initial weights, actions, minibatches
    public Ppo(PpoHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this.hp = requireNonNull(hp, "hp");
        environments = VectorEnvironment.of(maker, hp.environments(), seed);
        random = new EpisodeRandom(seed, -1, 0);
        Space observations = environments.observationSpace();
        Space actions = environments.actionSpace();
        features = observations.features();
        actionSize = actions.size();
        head = switch (actions) {
            case Discrete(int n) -> new Categorical(n);
            case Box box -> new Gaussian(box.size());
        };
        // Detail 2: orthogonal weights, gain √2 inside, 0.01 for the policy's head, 1 for the value's.
        // Detail 13: two networks that share nothing.
        actor = Mlp.initialised(random, Activation.TANH, 0.01f, features, hp.hidden(), hp.hidden(), actions.features());
        critic = Mlp.initialised(random, Activation.TANH, 1f, features, hp.hidden(), hp.hidden(), 1);
        // Detail 3: Adam's epsilon.
        actorAdam = new Adam(actor.parameters().length, 1e-5f);
        criticAdam = new Adam(critic.parameters().length, 1e-5f);
        headAdam = new Adam(head.parameters().length, 1e-5f);

        int count = hp.environments();
        batch = Math.multiplyExact(count, hp.steps());
        choices = environments.masks().length / count;
        observation = new float[Math.multiplyExact(batch, features)];
        action = new float[batch * actionSize];
        logProb = new float[batch];
        mask = new boolean[batch * choices];
        reward = new float[batch];
        value = new float[batch];
        nextValue = new float[batch];
        discount = new float[batch];
        ended = new boolean[batch];
        advantage = new float[batch];
        target = new float[batch];
        stepOutputs = new float[count * actions.features()];
        stepActions = new float[count * actionSize];
        taken = new float[count * actionSize];
        finalFeatures = new float[features];
        order = new int[batch];
        shuffledObservation = new float[batch * features];
        minibatchActions = new float[hp.minibatch() * actionSize];
        minibatchMask = new boolean[hp.minibatch() * choices];
        actorOutput = new float[hp.minibatch() * actions.features()];
        actorGradient = new float[actorOutput.length];
        criticOutput = new float[hp.minibatch()];
        criticGradient = new float[hp.minibatch()];
        environments.reset();
    }

    /// Trains until the budget is spent; whole rollouts, so up to one more than asked for.
    ///
    /// @param budget   environment steps over all environments, counted from the first call
    /// @param listener told after every update, on this thread
    public void train(long budget, Consumer<? super Progress> listener) {
        long began = System.nanoTime();
        while (steps < budget) {
            // Detail 4: learning rate (and clip range) fall linearly.
            float left = hp.annealed() ? 1 - (float) steps / budget : 1;
            collect();
            advantages();
            update(hp.learningRate() * left, hp.clipRange() * left);
            listener.accept(progress(budget, (System.nanoTime() - began) / 1e9));
        }
    }

    /// The policy as it now is.
    public Policy policy() {
        return new Policy(environments.observationSpace(), environments.actionSpace(), actor);
    }

    /// Detail 1: all environments step together, and a rollout goes on where the last one stopped.
    private void collect() {
        int count = hp.environments();
        for (int t = 0; t < hp.steps(); t++) {
            int at = t * count;
            for (int e = 0; e < count; e++) {
                environments
                        .observationSpace()
                        .encode(
                                environments.observations(),
                                e * environments.observationSpace().size(),
                                observation,
                                (at + e) * features);
            }
            System.arraycopy(environments.masks(), 0, mask, at * choices, count * choices);
            actor.forward(observation, at * features, count, stepOutputs, 0);
            critic.forward(observation, at * features, count, value, at);
            head.sample(stepOutputs, environments.masks(), count, random, stepActions, logProb, at);
            System.arraycopy(stepActions, 0, action, at * actionSize, count * actionSize);
            environments.step(inBounds(stepActions));
            for (int e = 0; e < count; e++) {
                reward[at + e] = environments.rewards()[e];
                // Event-driven simulators: a step that took Δt discounts by γ^Δt.
                float time = environments.elapsed()[e];
                discount[at + e] = time == 1 ? hp.gamma() : (float) Math.pow(hp.gamma(), time);
                boolean over = environments.terminated()[e] || environments.truncated()[e];
                ended[at + e] = over;
                // The value after the last step: 0 at an end of the world, estimated at a cut.
                nextValue[at + e] = environments.truncated()[e] ? valueOfFinal(e) : 0;
            }
        }
        steps += batch;
        // The value after the rollout's last step, where the episode goes on.
        int last = batch - count;
        for (int e = 0; e < count; e++) {
            environments
                    .observationSpace()
                    .encode(
                            environments.observations(),
                            e * environments.observationSpace().size(),
                            shuffledObservation,
                            e * features);
        }
        critic.forward(shuffledObservation, 0, count, target, 0);
        for (int i = 0; i < last; i++) {
            if (!ended[i]) {
                nextValue[i] = value[i + count];
            }
        }
        for (int e = 0; e < count; e++) {
            if (!ended[last + e]) {
                nextValue[last + e] = target[e];
            }
        }
    }

    /// Continuous actions are clipped for the environment only; the update sees what was drawn (continuous detail
    /// 5).
    private float[] inBounds(float[] drawn) {
        if (!(environments.actionSpace() instanceof Box box)) {
            return drawn;
        }
        for (int i = 0; i < drawn.length; i++) {
            taken[i] = Math.clamp(drawn[i], box.low(i % actionSize), box.high(i % actionSize));
        }
        return taken;
    }

    private float valueOfFinal(int e) {
        Space space = environments.observationSpace();
        space.encode(environments.finalObservations(), e * space.size(), finalFeatures, 0);
        critic.forward(finalFeatures, 0, 1, finalValue, 0);
        return finalValue[0];
    }

    /// Generalised advantage estimation (Schulman et al. 2016, equation 16), walking time backwards.
    private void advantages() {
        int count = hp.environments();
        for (int i = batch - 1; i >= 0; i--) {
            float later = i + count < batch && !ended[i] ? advantage[i + count] : 0;
            float delta = reward[i] + discount[i] * nextValue[i] - value[i];
            advantage[i] = delta + discount[i] * hp.gaeLambda() * later;
            target[i] = advantage[i] + value[i];
        }
    }

    private void update(float learningRate, float clipRange) {
        for (int i = 0; i < batch; i++) {
            order[i] = i;
        }
        policyLoss = 0;
        valueLoss = 0;
        entropy = 0;
        approxKl = 0;
        clipFraction = 0;
        int minibatches = 0;
        for (int epoch = 0; epoch < hp.epochs(); epoch++) {
            shuffle(); // detail 6: minibatches over the whole rollout, each step once an epoch
            double epochKl = 0;
            int inEpoch = 0;
            for (int from = 0; from + 2 <= batch; from += hp.minibatch()) {
                int rows = Math.min(hp.minibatch(), batch - from);
                epochKl += policyStep(from, rows, learningRate, clipRange);
                valueStep(from, rows, learningRate);
                inEpoch++;
            }
            minibatches += inEpoch;
            if (hp.targetKl() > 0 && epochKl / inEpoch > hp.targetKl()) {
                break; // auxiliary detail 3: the policy moved far enough
            }
        }
        policyLoss /= minibatches;
        valueLoss /= minibatches;
        entropy /= minibatches;
        approxKl /= minibatches;
        clipFraction /= minibatches;
    }

    /// Equation 7 of the paper, and the entropy bonus of equation 9.
    ///
    /// @return the mean estimate of the KL divergence from the policy that collected
    private double policyStep(int from, int rows, float learningRate, float clipRange) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(action, order[from + i] * actionSize, minibatchActions, i * actionSize, actionSize);
            System.arraycopy(mask, order[from + i] * choices, minibatchMask, i * choices, choices);
        }
        double mean = 0;
        for (int i = 0; i < rows; i++) {
            mean += advantage[order[from + i]];
        }
        mean /= rows;
        double square = 0;
        for (int i = 0; i < rows; i++) {
            double difference = advantage[order[from + i]] - mean;
            square += difference * difference;
        }
        // Detail 7: advantages are normalised in each minibatch.
        double deviation = Math.sqrt(square / (rows - 1)) + 1e-8;

        actor.zeroGradient();
        Arrays.fill(head.parameterGradient(), 0);
        actor.forward(shuffledObservation, from * features, rows, actorOutput, 0);
        double loss = 0;
        double entropySum = 0;
        double klSum = 0;
        int clipped = 0;
        for (int i = 0; i < rows; i++) {
            int at = order[from + i];
            double a = (advantage[at] - mean) / deviation;
            double logRatio = head.logProb(actorOutput, i, minibatchMask, minibatchActions) - logProb[at];
            double ratio = Math.exp(logRatio);
            boolean outside = Math.abs(ratio - 1) > clipRange;
            // Detail 8: the smaller of the two objectives; its gradient is 0 where the clip is the smaller.
            double surrogate = ratio * a;
            double clippedSurrogate = Math.clamp(ratio, 1 - clipRange, 1 + clipRange) * a;
            boolean moves = surrogate <= clippedSurrogate;
            loss -= Math.min(surrogate, clippedSurrogate);
            entropySum += head.entropy();
            klSum += ratio - 1 - logRatio;
            clipped += outside ? 1 : 0;
            float g = moves ? (float) (-surrogate / rows) : 0;
            head.gradient(g, hp.entropy() / rows, actorGradient, i);
        }
        actor.backward(actorGradient, null);
        // Detail 11: the gradient is no longer than max_grad_norm.
        float scale = clip(kernels.sumOfSquares(actor.gradient(), 0, actor.gradient().length)
                + kernels.sumOfSquares(head.parameterGradient(), 0, head.parameterGradient().length));
        actorAdam.step(actor.parameters(), actor.gradient(), scale, learningRate);
        headAdam.step(head.parameters(), head.parameterGradient(), scale, learningRate);
        policyLoss += loss / rows;
        entropy += entropySum / rows;
        approxKl += klSum / rows;
        clipFraction += (double) clipped / rows;
        return klSum / rows;
    }

    private void valueStep(int from, int rows, float learningRate) {
        critic.zeroGradient();
        critic.forward(shuffledObservation, from * features, rows, criticOutput, 0);
        double loss = 0;
        for (int i = 0; i < rows; i++) {
            float error = criticOutput[i] - target[order[from + i]];
            loss += 0.5 * error * error;
            criticGradient[i] = hp.value() * error / rows;
        }
        critic.backward(criticGradient, null);
        criticAdam.step(
                critic.parameters(),
                critic.gradient(),
                clip(kernels.sumOfSquares(critic.gradient(), 0, critic.gradient().length)),
                learningRate);
        valueLoss += loss / rows;
    }

    private float clip(double squaredNorm) {
        double norm = Math.sqrt(squaredNorm);
        return norm > hp.gradientNorm() ? (float) (hp.gradientNorm() / norm) : 1;
    }

    /// Fisher-Yates, then one gather for the whole epoch.
    private void shuffle() {
        for (int i = batch - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        for (int i = 0; i < batch; i++) {
            System.arraycopy(observation, order[i] * features, shuffledObservation, i * features, features);
        }
    }

    private Progress progress(long budget, double seconds) {
        var statistics = environments.statistics();
        return new Progress(
                steps,
                budget,
                seconds,
                statistics.episodes(),
                statistics.returnMean(),
                statistics.lengthMean(),
                policyLoss,
                valueLoss,
                entropy,
                approxKl,
                clipFraction);
    }

    @Override
    public void close() {
        environments.close();
    }
}
