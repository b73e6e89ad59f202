package dev.rein.toolkit.rollout;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.distribution.Distribution;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.nn.Network;
import dev.rein.toolkit.nn.Normalizer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What all environments did over a fixed number of steps, and what each step was worth. Arrays are `[steps ×
/// environments]`: step t of environment e is row `t * environments + e`; they stay the same and are overwritten by
/// every [#collect].
///
/// An episode goes on from one rollout to the next (37 details, no. 1). The value after an episode's last step is 0
/// where it terminated, and estimated where it was truncated. Where a step took time Δt, it discounts by γ^Δt.
public final class Rollout {
    private final VectorEnvironment environments;
    private final int count;
    private final int size;
    private final float gamma;
    private final @Nullable Normalizer normalizer;
    private final @Nullable RewardScale rewardScale;

    private final Space space;
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
    private final float[] outputs;
    private final float[] drawn;
    private final float[] taken;
    private final float[] after;
    private final float[] valueAfter;
    private final int[] cut;

    /// @param environments  begun by [VectorEnvironment#reset]; stepped by [#collect], closed by their owner
    /// @param steps         of each environment in a rollout
    /// @param outputs       of the policy's network for one observation
    /// @param normalizer    of features, shown every observation; null leaves them as they are
    /// @param scaleRewards  whether rewards are divided by the running deviation of the return
    /// @throws IllegalArgumentException if the rollout would not fit into memory
    public Rollout(
            VectorEnvironment environments,
            int steps,
            float gamma,
            int outputs,
            @Nullable Normalizer normalizer,
            boolean scaleRewards) {
        this.environments = requireNonNull(environments, "environments");
        this.gamma = gamma;
        this.normalizer = normalizer;
        count = environments.count();
        space = environments.observationSpace();
        features = space.features();
        actionSize = environments.actionSpace().size();
        choices = environments.masks().length / count;
        size = fitting(steps, count, features, actionSize, choices);
        rewardScale = scaleRewards ? new RewardScale(count) : null;
        observation = new float[size * features];
        action = new float[size * actionSize];
        logProb = new float[size];
        mask = new boolean[size * choices];
        reward = new float[size];
        value = new float[size];
        nextValue = new float[size];
        discount = new float[size];
        ended = new boolean[size];
        advantage = new float[size];
        target = new float[size];
        this.outputs = new float[count * outputs];
        drawn = new float[count * actionSize];
        taken = new float[count * actionSize];
        after = new float[count * features];
        valueAfter = new float[count];
        cut = new int[count];
    }

    private static int fitting(int steps, int count, int features, int actionSize, int choices) {
        long rows = (long) steps * count;
        long bytes = rows * (4L * (features + actionSize + 8) + choices + 1);
        long heap = Runtime.getRuntime().maxMemory();
        if (rows * Math.max(features, actionSize) > Integer.MAX_VALUE - 8 || bytes > heap) {
            throw new IllegalArgumentException(
                    "rollout: %d steps of %d environments with %d features are %,d MB (expected: at most the heap's %,d MB). Lower n_steps or n_envs, or give the JVM more with -Xmx."
                            .formatted(steps, count, features, bytes >> 20, heap >> 20));
        }
        return (int) rows;
    }

    /// Rows: steps × environments.
    public int size() {
        return size;
    }

    /// `[size × features]`, normalised if there is a normaliser.
    public float[] observation() {
        return observation;
    }

    /// `[size × action size]`, as drawn: not clipped to any bounds.
    public float[] action() {
        return action;
    }

    /// Of the actions, as they were drawn.
    public float[] logProb() {
        return logProb;
    }

    /// `[size × choices]`; empty where nothing is masked.
    public boolean[] mask() {
        return mask;
    }

    /// As the value network saw it while collecting.
    public float[] value() {
        return value;
    }

    public float[] advantage() {
        return advantage;
    }

    /// What the value network should have said.
    public float[] target() {
        return target;
    }

    /// Acts in all environments, and keeps what happened.
    ///
    /// @param critic one output: the value of an observation
    public void collect(Network actor, Distribution head, Network critic, RandomGenerator random) {
        for (int at = 0; at < size; at += count) {
            observe(observation, at * features, true);
            System.arraycopy(environments.masks(), 0, mask, at * choices, count * choices);
            actor.forward(observation, at * features, count, outputs, 0);
            critic.forward(observation, at * features, count, value, at);
            head.explore(random, count, at / count);
            head.sample(outputs, environments.masks(), count, random, drawn, logProb, at);
            System.arraycopy(drawn, 0, action, at * actionSize, count * actionSize);
            environments.step(inBounds());
            keep(at, critic);
        }
        bootstrap(critic);
    }

    private void observe(float[] to, int from, boolean learn) {
        for (int e = 0; e < count; e++) {
            space.encode(environments.observations(), e * space.size(), to, from + e * features);
        }
        if (normalizer != null) {
            if (learn) {
                normalizer.update(to, from, count);
            }
            normalizer.apply(to, from, count);
        }
    }

    /// Numbers are clipped for the environment only; learning sees what was drawn (37 details, continuous 5).
    private float[] inBounds() {
        System.arraycopy(drawn, 0, taken, 0, drawn.length);
        for (int e = 0; e < count; e++) {
            environments.actionSpace().clip(taken, e * actionSize);
        }
        return taken;
    }

    private void keep(int at, Network critic) {
        int cuts = 0;
        for (int e = 0; e < count; e++) {
            reward[at + e] = environments.rewards()[e];
            float time = environments.elapsed()[e];
            discount[at + e] = time == 1 ? gamma : (float) Math.pow(gamma, time);
            ended[at + e] = environments.terminated()[e] || environments.truncated()[e];
            nextValue[at + e] = 0;
            if (environments.truncated()[e]) {
                space.encode(environments.finalObservations(), e * space.size(), after, cuts * features);
                cut[cuts++] = e;
            }
        }
        if (cuts > 0) {
            if (normalizer != null) {
                normalizer.apply(after, 0, cuts);
            }
            critic.forward(after, 0, cuts, valueAfter, 0);
            for (int i = 0; i < cuts; i++) {
                nextValue[at + cut[i]] = valueAfter[i];
            }
        }
        if (rewardScale != null) {
            rewardScale.apply(reward, discount, ended, at);
        }
    }

    /// The value after each step, where the episode goes on.
    private void bootstrap(Network critic) {
        observe(after, 0, false);
        critic.forward(after, 0, count, valueAfter, 0);
        int last = size - count;
        for (int i = 0; i < size; i++) {
            if (!ended[i]) {
                nextValue[i] = i < last ? value[i + count] : valueAfter[i - last];
            }
        }
    }

    /// Generalised advantage estimation (Schulman et al. 2016, equation 16), walking time backwards; the targets
    /// are advantage plus value. Time Δt that a step took discounts by γ^Δt; λ weighs steps, however long they
    /// took: `A = r + γ^Δt V' − V + γ^Δt λ A'`.
    ///
    /// @param lambda 1 gives discounted returns, 0 one-step errors
    public void advantages(float lambda) {
        // one environment after the other: what each step waits for is then at hand, and not on its way from memory
        for (int e = 0; e < count; e++) {
            float later = 0;
            for (int i = size - count + e; i >= 0; i -= count) {
                float delta = reward[i] + discount[i] * nextValue[i] - value[i];
                later = Math.fma(discount[i] * lambda, ended[i] ? 0 : later, delta);
                advantage[i] = later;
                target[i] = later + value[i];
            }
        }
    }

    /// Of all rows.
    public double advantageMean() {
        return mean(advantage);
    }

    /// Of all rows, which must be two at least, from their mean.
    public double advantageDeviation() {
        double mean = mean(advantage);
        double squares = 0;
        for (float value : advantage) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / (size - 1));
    }

    /// How much of the targets' variance the value network explained: 1 all, 0 none, below 0 worse than a constant;
    /// NaN where targets do not vary.
    public double explainedVariance() {
        double targetMean = mean(target);
        double errorMean = targetMean - mean(value);
        double targetSquares = 0;
        double errorSquares = 0;
        for (int i = 0; i < size; i++) {
            double error = target[i] - value[i] - errorMean;
            targetSquares += (target[i] - targetMean) * (target[i] - targetMean);
            errorSquares += error * error;
        }
        return targetSquares == 0 ? Double.NaN : 1 - errorSquares / targetSquares;
    }

    /// Copies rows in another order.
    ///
    /// @param width of a row of `from` and `to`
    /// @param order the row of `from` for each of the first `rows` of `to`, from `first`
    public static void gather(float[] from, int width, int[] order, int first, int rows, float[] to) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(from, order[first + i] * width, to, i * width, width);
        }
    }

    /// As the other.
    public static void gather(boolean[] from, int width, int[] order, int first, int rows, boolean[] to) {
        if (width > 0) {
            for (int i = 0; i < rows; i++) {
                System.arraycopy(from, order[first + i] * width, to, i * width, width);
            }
        }
    }

    /// Walks what lasts beyond a rollout.
    public void state(Checkpoint checkpoint) {
        if (normalizer != null) {
            normalizer.state(checkpoint.part("normalizer"));
        }
        if (rewardScale != null) {
            rewardScale.state(checkpoint.part("reward_scale"));
        }
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
