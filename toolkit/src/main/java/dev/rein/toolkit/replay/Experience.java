package dev.rein.toolkit.replay;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.nn.Normalizer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Steps environments, keeps what happened in a [ReplayBuffer] and draws from it. With n > 1 a transition spans n steps
/// (Sutton 1988; "multi-step learning" of Hessel et al. 2018), fewer where an episode ends.
///
/// Owned by one thread; the environments stay their owner's.
public final class Experience {
    private final VectorEnvironment environments;
    private final ReplayBuffer buffer;
    private final @Nullable Normalizer normalizer;
    private final float gamma;
    private final int span;

    private final Space space;
    private final int size;
    private final int actionSize;
    private final int choices;
    private final float[] features;

    // The latest transitions of each environment that do not span n steps yet, oldest first.
    private final int[] open;
    private final float[] seen;
    private final float[] taken;
    private final float[] earned;
    private final float[] discount;

    /// @param environments begun by [VectorEnvironment#reset]
    /// @param gamma        discount of one unit of time
    /// @param span         steps of a transition, at least 1
    /// @param normalizer   of features, shown every observation that is acted on; null leaves them as they are. The
    ///     buffer keeps what was observed: what is drawn is normalised by what is known then
    public Experience(
            VectorEnvironment environments,
            ReplayBuffer buffer,
            float gamma,
            int span,
            @Nullable Normalizer normalizer) {
        this.environments = requireNonNull(environments, "environments");
        this.buffer = requireNonNull(buffer, "buffer");
        this.gamma = gamma;
        this.span = span;
        this.normalizer = normalizer;
        space = environments.observationSpace();
        size = space.size();
        actionSize = environments.actionSpace().size();
        int count = environments.count();
        choices = environments.masks().length / count;
        features = new float[count * space.features()];
        open = new int[count];
        seen = new float[count * span * size];
        taken = new float[count * span * actionSize];
        earned = new float[count * span];
        discount = new float[count * span];
        observe();
    }

    private void observe() {
        if (normalizer != null) {
            encode();
            normalizer.update(features, 0, environments.count());
        }
    }

    private void encode() {
        for (int e = 0; e < environments.count(); e++) {
            space.encode(environments.observations(), e * size, features, e * space.features());
        }
    }

    /// What the networks read of the observations now: `[environments × features]`, overwritten by the next call.
    public float[] features() {
        encode();
        if (normalizer != null) {
            normalizer.apply(features, 0, environments.count());
        }
        return features;
    }

    /// Draws transitions, as of [ReplayBuffer#sample].
    public void sample(RandomGenerator random, double beta, Batch batch) {
        buffer.sample(random, beta, batch);
        if (normalizer != null) {
            normalizer.apply(batch.observation, 0, batch.rows());
            normalizer.apply(batch.next, 0, batch.rows());
        }
    }

    /// Takes one action everywhere.
    ///
    /// @param actions what the environments get
    /// @param kept    what the buffer keeps of them, as long
    public void step(float[] actions, float[] kept) {
        for (int e = 0; e < environments.count(); e++) {
            int slot = e * span + open[e]++;
            System.arraycopy(environments.observations(), e * size, seen, slot * size, size);
            System.arraycopy(kept, e * actionSize, taken, slot * actionSize, actionSize);
            earned[slot] = 0;
            discount[slot] = 1;
        }
        environments.step(actions);
        for (int e = 0; e < environments.count(); e++) {
            extend(e);
        }
        observe();
    }

    private void extend(int e) {
        boolean terminated = environments.terminated()[e];
        boolean over = terminated || environments.truncated()[e];
        float time = environments.elapsed()[e];
        float step = time == 1 ? gamma : (float) Math.pow(gamma, time);
        for (int i = 0; i < open[e]; i++) {
            int slot = e * span + i;
            earned[slot] += discount[slot] * environments.rewards()[e];
            discount[slot] = terminated ? 0 : discount[slot] * step;
        }
        if (over) {
            for (int i = 0; i < open[e]; i++) {
                keep(e, i, true);
            }
            open[e] = 0;
        } else if (open[e] == span) {
            keep(e, 0, false);
            forgetFirst(e);
        }
    }

    private void keep(int e, int i, boolean over) {
        int slot = e * span + i;
        buffer.add(
                seen,
                slot * size,
                taken,
                slot * actionSize,
                earned[slot],
                discount[slot],
                over ? environments.finalObservations() : environments.observations(),
                e * size,
                over ? environments.finalMasks() : environments.masks(),
                e * choices);
    }

    private void forgetFirst(int e) {
        int first = e * span;
        int rest = --open[e];
        System.arraycopy(seen, (first + 1) * size, seen, first * size, rest * size);
        System.arraycopy(taken, (first + 1) * actionSize, taken, first * actionSize, rest * actionSize);
        System.arraycopy(earned, first + 1, earned, first, rest);
        System.arraycopy(discount, first + 1, discount, first, rest);
    }

    /// Walks the open transitions, the normaliser and the buffer.
    public void state(Checkpoint checkpoint) {
        checkpoint.integers("open", open);
        checkpoint.floats("seen", seen);
        checkpoint.floats("taken", taken);
        checkpoint.floats("earned", earned);
        checkpoint.floats("discount", discount);
        if (normalizer != null) {
            normalizer.state(checkpoint.part("normalizer"));
        }
        buffer.state(checkpoint.part("buffer"));
    }
}
