package dev.rein.toolkit.environment;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;

/// Many environments stepped as one batch. An ended episode is followed at once by the next, unless [VectorOptions]
/// say otherwise: [#observations] then holds the first observation of the next episode and [#finalObservations] the
/// last of the ended one.
///
/// The arrays stay the same for the life of the batch and are overwritten by every step. Owned by one thread at a
/// time; with several threads each environment still meets one thread only, and what comes out is the same bit for
/// bit.
public final class VectorEnvironment implements AutoCloseable {
    private final Batch batch;
    private final Crew crew;
    private final EpisodeStatistics statistics;
    private boolean begun;
    private boolean failed;
    private boolean closed;

    private VectorEnvironment(List<Environment> environments, long seed, VectorOptions options) {
        batch = new Batch(environments, seed, options);
        statistics = new EpisodeStatistics(batch.count);
        Block[] blocks = new Block[Math.min(options.threads(), batch.count)];
        for (int i = 0; i < blocks.length; i++) {
            int from = (int) ((long) batch.count * i / blocks.length);
            int to = (int) ((long) batch.count * (i + 1) / blocks.length);
            blocks[i] = new Block(batch, from, to);
        }
        crew = new Crew(blocks, options.stepLimit());
    }

    /// On the calling thread, with [VectorOptions#defaults].
    ///
    /// @param maker called once for each environment; every call makes another of the same spaces
    /// @param count at least 1
    /// @param seed  the chance of all episodes
    /// @throws IllegalArgumentException if the maker gives the same environment twice running, or other spaces;
    ///     those made by then are closed
    public static VectorEnvironment of(Supplier<? extends Environment> maker, int count, long seed) {
        return of(maker, count, seed, VectorOptions.defaults());
    }

    /// @param maker   called once for each environment; every call makes another of the same spaces
    /// @param count   at least 1
    /// @param seed    the chance of all episodes
    /// @throws IllegalArgumentException if the maker gives the same environment twice running, or other spaces;
    ///     those made by then are closed
    public static VectorEnvironment of(
            Supplier<? extends Environment> maker, int count, long seed, VectorOptions options) {
        requireNonNull(options, "options");
        if (count < 1) {
            throw new IllegalArgumentException("count: %d (expected: at least 1)".formatted(count));
        }
        List<Environment> made = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                made.add(another(maker.get(), made));
            }
            return new VectorEnvironment(made, seed, options);
        } catch (RuntimeException e) {
            closeAll(made).forEach(e::addSuppressed);
            throw e;
        }
    }

    @SuppressWarnings("ReferenceEquality") // the same object is the mistake; an equal one is not
    private static Environment another(Environment environment, List<Environment> made) {
        requireNonNull(environment, "maker: gave null (expected: a new environment at every call)");
        requireNonNull(environment.observationSpace(), "observationSpace: null (expected: what is observed)");
        requireNonNull(environment.actionSpace(), "actionSpace: null (expected: what can be done)");
        // comparing with the latest alone keeps many environments cheap, and finds `() -> mine`, the usual mistake
        if (!made.isEmpty() && made.getLast() == environment) {
            throw new IllegalArgumentException(
                    "maker: gave the same %s twice (expected: a new one at every call, as `() -> new …` does)"
                            .formatted(environment.getClass().getSimpleName()));
        }
        if (!made.isEmpty() && !alike(made.getFirst(), environment)) {
            throw new IllegalArgumentException(
                    "maker: environment %d has observations %s and actions %s (expected: %s and %s, as the first)"
                            .formatted(
                                    made.size(),
                                    environment.observationSpace(),
                                    environment.actionSpace(),
                                    made.getFirst().observationSpace(),
                                    made.getFirst().actionSpace()));
        }
        return environment;
    }

    private static boolean alike(Environment one, Environment other) {
        return one.observationSpace().equals(other.observationSpace())
                && one.actionSpace().equals(other.actionSpace())
                && one.masksActions() == other.masksActions();
    }

    public int count() {
        return batch.count;
    }

    public Space observationSpace() {
        return batch.observationSpace;
    }

    public Space actionSpace() {
        return batch.actionSpace;
    }

    public long seed() {
        return batch.seed;
    }

    /// `[count × observation size]`, of the episodes now running.
    public float[] observations() {
        return batch.observations;
    }

    /// `[count × observation size]`; a row is meaningful where the last step ended an episode.
    public float[] finalObservations() {
        return batch.finalObservations;
    }

    public float[] rewards() {
        return batch.rewards;
    }

    /// Time each step took; 1 unless the simulator says otherwise.
    public float[] elapsed() {
        return batch.elapsed;
    }

    public boolean[] terminated() {
        return batch.terminated;
    }

    /// Never where the episode is also terminated.
    public boolean[] truncated() {
        return batch.truncated;
    }

    /// `[count × choices]`, which actions are allowed now; empty where nothing is masked.
    public boolean[] masks() {
        return batch.masks;
    }

    /// `[count × choices]`, which actions the last observation of an ended episode allowed: all, if it allowed none.
    /// A row is meaningful where the last step ended an episode; empty where nothing is masked.
    public boolean[] finalMasks() {
        return batch.finalMasks;
    }

    public EpisodeStatistics statistics() {
        return statistics;
    }

    /// Begins the first episode everywhere, whatever was running before.
    ///
    /// @throws EnvironmentException if an environment fails, hangs, or says something impossible
    public void reset() {
        refuseClosed();
        statistics.forgetRunning();
        failed = true;
        crew.run(Block.Work.RESET);
        failed = false;
        begun = true;
    }

    /// Begins the next episode in some; what ran there is given up.
    ///
    /// @param chosen `[count]`, where
    /// @throws EnvironmentException as [#reset]
    public void reset(boolean[] chosen) {
        refuseUnlessRunning("reset of some");
        if (chosen.length != batch.count) {
            throw new IllegalArgumentException(
                    "chosen: %d (expected: %d, one for each environment)".formatted(chosen.length, batch.count));
        }
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i]) {
                statistics.forgetRunning(i);
            }
        }
        batch.chosen = chosen;
        failed = true;
        crew.run(Block.Work.RESET_CHOSEN);
        failed = false;
    }

    /// Takes one action everywhere.
    ///
    /// @param actions `[count × action size]`
    /// @throws IllegalStateException    before the first reset, or after a failure without one
    /// @throws EnvironmentException     if an environment fails, hangs, or says something impossible
    /// @throws IllegalArgumentException if there are fewer or more actions than that
    public void step(float[] actions) {
        refuseUnlessRunning("step");
        if (actions.length != batch.count * batch.width) {
            throw new IllegalArgumentException("actions: %d numbers (expected: %d for %d of %s)"
                    .formatted(actions.length, batch.count * batch.width, batch.count, batch.actionSpace));
        }
        batch.actions = actions;
        failed = true;
        crew.run(Block.Work.STEP);
        failed = false;
        for (int i = 0; i < batch.count; i++) {
            statistics.reward(i, batch.rewards[i]);
            if (batch.terminated[i] || batch.truncated[i]) {
                statistics.end(i, batch.endedLength[i]);
            }
        }
    }

    private void refuseUnlessRunning(String call) {
        refuseClosed();
        if (failed) {
            throw new IllegalStateException(
                    call + ": an environment failed in the call before (expected: reset everything, or close)");
        }
        if (!begun) {
            throw new IllegalStateException(call + ": called before reset (expected: reset once, then steps)");
        }
    }

    private void refuseClosed() {
        if (closed) {
            throw new IllegalStateException("environments: closed (expected: no call after close)");
        }
    }

    /// Saves or restores everything, in the middle of episodes, so that what follows is the same bit for bit. A
    /// [Resumable] environment saves itself; of any other the actions of the running episode are saved, and taken
    /// again when restoring.
    ///
    /// @throws dev.rein.toolkit.checkpoint.CheckpointException while restoring, if the checkpoint is of other
    ///     environments, or one of them does not come to where it was when it takes its actions again
    /// @throws IllegalStateException while saving, if actions were not kept ([VectorOptions#replayed])
    public void state(Checkpoint checkpoint) {
        refuseClosed();
        new VectorState(batch).state(checkpoint);
        statistics.state(checkpoint.part("statistics"));
        begun = checkpoint.truth("begun", begun);
        if (begun && checkpoint.restoring()) {
            failed = true;
            crew.run(Block.Work.REPLAY);
            failed = false;
        }
        if (begun) {
            new VectorState(batch).resumables(checkpoint);
        }
    }

    /// Ends the threads, then closes every environment, the last first, and throws the first failure with the
    /// others suppressed. An environment that hangs is left behind, and said so.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        BitSet hanging = crew.end();
        List<Environment> environments = new ArrayList<>();
        for (int i = 0; i < batch.count; i++) {
            if (!hanging.get(i)) {
                environments.add(batch.environments[i]);
            }
        }
        List<RuntimeException> failures = closeAll(environments);
        if (!hanging.isEmpty()) {
            failures.addFirst(new IllegalStateException(
                    "environments %s hang and were left unclosed, each with its thread".formatted(hanging)));
        }
        if (!failures.isEmpty()) {
            RuntimeException first = failures.removeFirst();
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }

    private static List<RuntimeException> closeAll(List<Environment> environments) {
        List<RuntimeException> failures = new ArrayList<>();
        for (Environment environment : environments.reversed()) {
            try {
                environment.close();
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
        return failures;
    }
}
