package dev.rein.toolkit.environment;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/// How many environments are stepped as one batch.
///
/// @param threads   that share the work, the caller's among them; 1..1024. Results are the same bit for bit. No
///     more are used than there are environments; they pay where one batch step takes more than some 50 µs
/// @param autoreset what follows an ended episode
/// @param stepLimit the longest a step of the whole batch may take before the environment that hangs is named;
///     zero: no limit. With one, no environment runs on the caller's thread
/// @param replayed  whether the actions of running episodes are kept, 4 bytes a number, so that
///     [VectorEnvironment#state] can save environments that cannot save themselves
public record VectorOptions(int threads, Autoreset autoreset, Duration stepLimit, boolean replayed) {
    private static final int MOST_THREADS = 1024;

    public VectorOptions {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("threads: %d (expected: 1..%d)".formatted(threads, MOST_THREADS));
        }
        requireNonNull(autoreset, "autoreset");
        if (stepLimit.isNegative()) {
            throw new IllegalArgumentException(
                    "stepLimit: %s (expected: more than zero, or zero for no limit)".formatted(stepLimit));
        }
    }

    /// One thread, [Autoreset#SAME_STEP], no limit, replayed.
    public static VectorOptions defaults() {
        return new VectorOptions(1, Autoreset.SAME_STEP, Duration.ZERO, true);
    }

    /// These, if a learner can do with them: it reads an episode's last observation in the step that ended it.
    ///
    /// @throws IllegalArgumentException if autoreset is another than [Autoreset#SAME_STEP]
    public VectorOptions forTraining() {
        if (autoreset != Autoreset.SAME_STEP) {
            throw new IllegalArgumentException(
                    "autoreset: %s (expected: SAME_STEP to train with)".formatted(autoreset));
        }
        return this;
    }

    public VectorOptions withThreads(int value) {
        return new VectorOptions(value, autoreset, stepLimit, replayed);
    }

    public VectorOptions withAutoreset(Autoreset value) {
        return new VectorOptions(threads, value, stepLimit, replayed);
    }

    public VectorOptions withStepLimit(Duration value) {
        return new VectorOptions(threads, autoreset, value, replayed);
    }

    public VectorOptions withReplayed(boolean value) {
        return new VectorOptions(threads, autoreset, stepLimit, value);
    }
}
