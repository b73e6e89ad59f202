package dev.rein.toolkit.environment;

import java.util.List;

/// What the threads of a batch share. Each writes the rows of its own environments only; handing over between
/// threads is [Crew]'s.
final class Batch {
    /// Floats of actions an episode can keep before its array grows.
    private static final int FIRST_ACTIONS = 64;

    final Environment[] environments;
    final Space observationSpace;
    final Space actionSpace;
    final int count;
    /// Floats of an observation.
    final int size;
    /// Floats of an action.
    final int width;
    /// Width of a mask; 0 where nothing is masked.
    final int choices;

    final long seed;
    final Autoreset autoreset;

    final float[] observations;
    final float[] finalObservations;
    final float[] rewards;
    final float[] elapsed;
    final boolean[] terminated;
    final boolean[] truncated;
    final boolean[] masks;
    final boolean[] finalMasks;

    final EpisodeRandom[] random;
    final long[] episodes;
    /// Taken in the running episode.
    final int[] steps;
    /// Of the episode that ended in the last step, where one did.
    final int[] endedLength;
    /// Whether the episode ended and the next has not begun.
    final boolean[] over;
    /// Actions of the running episode, where the environment cannot save itself; else empty.
    final float[][] taken;

    /// Of the work at hand: actions to take, or which to reset.
    float[] actions = new float[0];

    boolean[] chosen = new boolean[0];

    Batch(List<Environment> made, long seed, VectorOptions options) {
        environments = made.toArray(Environment[]::new);
        Environment first = environments[0];
        observationSpace = first.observationSpace();
        actionSpace = first.actionSpace();
        count = environments.length;
        size = observationSpace.size();
        width = actionSpace.size();
        choices = new Step(first).choices();
        this.seed = seed;
        autoreset = options.autoreset();
        observations = new float[Math.multiplyExact(count, size)];
        finalObservations = new float[observations.length];
        rewards = new float[count];
        elapsed = new float[count];
        terminated = new boolean[count];
        truncated = new boolean[count];
        masks = new boolean[Math.multiplyExact(count, choices)];
        finalMasks = new boolean[masks.length];
        random = new EpisodeRandom[count];
        episodes = new long[count];
        steps = new int[count];
        endedLength = new int[count];
        over = new boolean[count];
        taken = new float[count][];
        for (int i = 0; i < count; i++) {
            random[i] = new EpisodeRandom(seed, i, 0);
            boolean kept = options.replayed() && !savesItself(i);
            taken[i] = new float[kept ? Math.max(FIRST_ACTIONS, width) : 0];
        }
    }

    boolean savesItself(int i) {
        return environments[i] instanceof Resumable resumable && resumable.isResumable();
    }
}
