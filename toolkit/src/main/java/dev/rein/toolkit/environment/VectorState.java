package dev.rein.toolkit.environment;

import dev.rein.toolkit.checkpoint.Checkpoint;

/// Saves and restores a batch.
final class VectorState {
    private final Batch batch;

    VectorState(Batch batch) {
        this.batch = batch;
    }

    /// Everything but what resumable environments know themselves.
    void state(Checkpoint checkpoint) {
        checkpoint.same(
                "spaces",
                "%d of %s and %s"
                        .formatted(batch.count, batch.observationSpace.describe(), batch.actionSpace.describe()));
        checkpoint.same("seed", Long.toString(batch.seed));
        checkpoint.same("autoreset", batch.autoreset.name());
        checkpoint.floats("observations", batch.observations);
        checkpoint.floats("final_observations", batch.finalObservations);
        checkpoint.floats("rewards", batch.rewards);
        checkpoint.floats("elapsed", batch.elapsed);
        checkpoint.truths("terminated", batch.terminated);
        checkpoint.truths("truncated", batch.truncated);
        checkpoint.truths("masks", batch.masks);
        checkpoint.truths("final_masks", batch.finalMasks);
        checkpoint.truths("over", batch.over);
        checkpoint.longs("episodes", batch.episodes);
        checkpoint.integers("steps", batch.steps);
        randoms(checkpoint);
        for (int i = 0; i < batch.count; i++) {
            if (!batch.savesItself(i)) {
                actions(checkpoint.part("environment" + i), i);
            }
        }
    }

    private void randoms(Checkpoint checkpoint) {
        long[] random = new long[batch.count];
        for (int i = 0; i < batch.count; i++) {
            random[i] = batch.random[i].state();
        }
        checkpoint.longs("random", random);
        for (int i = 0; i < batch.count; i++) {
            batch.random[i].restore(random[i]);
        }
    }

    private void actions(Checkpoint checkpoint, int i) {
        int length = Math.multiplyExact(batch.steps[i], batch.width);
        if (length > batch.taken[i].length) {
            if (!checkpoint.restoring()) {
                throw new IllegalStateException(
                        "environment %d: its actions were not kept (expected: VectorOptions with replayed true, or a Resumable environment)"
                                .formatted(i));
            }
            batch.taken[i] = new float[length];
        }
        checkpoint.floats("actions", batch.taken[i], length);
        if (batch.environments[i] instanceof Wrapper wrapper) {
            wrapper.allCarried(checkpoint.part("carried"));
        }
    }

    /// What environments know that save themselves; restoring, after the reset of the running episode.
    void resumables(Checkpoint checkpoint) {
        for (int i = 0; i < batch.count; i++) {
            if (batch.savesItself(i) && batch.environments[i] instanceof Resumable resumable) {
                resumable.state(checkpoint.part("environment" + i));
            }
        }
    }
}
