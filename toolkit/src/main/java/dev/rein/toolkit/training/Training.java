package dev.rein.toolkit.training;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.checkpoint.CheckpointFile;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.policy.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One training run: an algorithm with its environments, a budget, and what happens on the way.
///
/// ```java
/// try (var ppo = new Ppo(PpoHyperParameters.defaults(), CartPole::v1, 1)) {
///     var result = Training.of(ppo)
///             .budget(100_000)
///             .listener(new ProgressLine(System.out))
///             .evaluation(CartPole::v1, 10_000, 20)
///             .stopAtReturn(475)
///             .checkpoint(Path.of("run/checkpoint"), 20_000)
///             .run();
///     result.best().save(Path.of("run/policy.rein"));
/// }
/// ```
///
/// Set up and run by one thread. A run that was killed goes on from its checkpoint, and then does, bit for bit,
/// what it would have done.
public final class Training {
    private final Algorithm algorithm;
    private final List<Consumer<? super Progress>> listeners = new ArrayList<>();
    private long budget = 100_000;

    private @Nullable Supplier<? extends Environment> held;
    private VectorOptions heldOptions = VectorOptions.defaults();
    private long evaluationEvery;
    private int evaluationEpisodes;
    private double target = Double.POSITIVE_INFINITY;
    private int patience = Integer.MAX_VALUE;

    private @Nullable Path checkpoint;
    private long checkpointEvery;

    // Of the run itself, saved with it.
    private long evaluatedAt;
    private long savedAt;
    private int withoutGain;
    private double bestReturn = Double.NEGATIVE_INFINITY;
    private @Nullable Policy best;

    private Training(Algorithm algorithm) {
        this.algorithm = requireNonNull(algorithm, "algorithm");
    }

    /// @param algorithm stays the caller's, who closes it
    public static Training of(Algorithm algorithm) {
        return new Training(algorithm);
    }

    /// @param steps environment steps over all environments, at least 1; 100,000 unless said otherwise
    public Training budget(long steps) {
        budget = atLeastOne("budget", steps);
        return this;
    }

    /// Told after every round, on the training thread; may be called for several. In rounds that evaluate, the
    /// metrics hold `evaluation_return_mean`; in others it is NaN.
    public Training listener(Consumer<? super Progress> listener) {
        listeners.add(requireNonNull(listener, "listener"));
        return this;
    }

    /// Plays the policy deterministically on seeds that training never sees, about every so many steps and at the
    /// end, and keeps the best policy.
    ///
    /// @param maker    makes environments like those of training, without what only training needs
    /// @param every    steps between evaluations, at least 1
    /// @param episodes an evaluation, at least 1
    public Training evaluation(Supplier<? extends Environment> maker, long every, int episodes) {
        return evaluation(maker, every, episodes, VectorOptions.defaults());
    }

    /// The same, its environments stepped by threads, or watched: see [Evaluation].
    public Training evaluation(Supplier<? extends Environment> maker, long every, int episodes, VectorOptions options) {
        held = requireNonNull(maker, "maker");
        heldOptions = options.forTraining();
        evaluationEvery = atLeastOne("every", every);
        evaluationEpisodes = (int) atLeastOne("episodes", episodes);
        return this;
    }

    /// Ends the run when an evaluation reaches this mean return. Needs [#evaluation].
    ///
    /// @param mean a finite number
    public Training stopAtReturn(double mean) {
        if (!Double.isFinite(mean)) {
            throw new IllegalArgumentException("mean: %s (expected: a finite number)".formatted(mean));
        }
        target = mean;
        return this;
    }

    /// Ends the run when this many evaluations in a row brought no better mean return. Needs [#evaluation].
    public Training stopOnPlateau(int evaluations) {
        patience = (int) atLeastOne("evaluations", evaluations);
        return this;
    }

    /// Saves a checkpoint about every so many steps and at the end; a run that finds the file goes on from it.
    /// Beside it, as `best-policy.rein`, lies the best policy so far.
    ///
    /// @param every steps between checkpoints, at least 1
    public Training checkpoint(Path file, long every) {
        checkpoint = requireNonNull(file, "file");
        checkpointEvery = atLeastOne("every", every);
        return this;
    }

    private static long atLeastOne(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s: %d (expected: at least 1)".formatted(name, value));
        }
        return value;
    }

    /// Trains. An interrupt of this thread ends the run after the round under way, with its checkpoint written.
    ///
    /// @throws IllegalStateException if a stop was asked for that needs evaluations, and there are none
    /// @throws dev.rein.toolkit.checkpoint.CheckpointException if the checkpoint is damaged or of another run
    public TrainingResult run() throws IOException {
        if (held == null && (target < Double.POSITIVE_INFINITY || patience < Integer.MAX_VALUE)) {
            throw new IllegalStateException(
                    "stopAtReturn, stopOnPlateau: no evaluations (expected: evaluation(maker, every, episodes) too)");
        }
        resume();
        long began = System.nanoTime();
        long begun = algorithm.steps();
        var end = reached(bestReturn); // of a run that ended in an earlier session
        while (algorithm.steps() < budget && end == TrainingResult.End.BUDGET_SPENT) {
            algorithm.round((double) algorithm.steps() / budget);
            double evaluated = evaluate();
            end = end(evaluated);
            report(algorithm.progress(budget, begun, (System.nanoTime() - began) / 1e9), evaluated);
            if (algorithm.steps() - savedAt >= checkpointEvery
                    || algorithm.steps() >= budget
                    || end != TrainingResult.End.BUDGET_SPENT) {
                save();
            }
        }
        Policy last = algorithm.policy();
        return new TrainingResult(last, best == null ? last : best, bestReturn, algorithm.steps(), end);
    }

    private double evaluate() throws IOException {
        boolean due = algorithm.steps() - evaluatedAt >= evaluationEvery || algorithm.steps() >= budget;
        if (held == null || !due) {
            return Double.NaN;
        }
        evaluatedAt = algorithm.steps();
        Policy policy = algorithm.policy();
        double mean =
                Evaluation.of(policy, held, evaluationEpisodes, 0, heldOptions).returnMean();
        withoutGain++;
        if (mean > bestReturn) {
            bestReturn = mean;
            best = policy;
            withoutGain = 0;
            if (checkpoint != null) {
                policy.save(bestFile(checkpoint));
            }
        }
        return mean;
    }

    private TrainingResult.End end(double evaluated) {
        var end = reached(evaluated);
        return end == TrainingResult.End.BUDGET_SPENT && Thread.currentThread().isInterrupted()
                ? TrainingResult.End.INTERRUPTED
                : end;
    }

    /// Why no more is to be learned; the budget, if nothing else stands against it.
    private TrainingResult.End reached(double mean) {
        if (mean >= target) {
            return TrainingResult.End.TARGET_REACHED;
        }
        return withoutGain >= patience ? TrainingResult.End.PLATEAU : TrainingResult.End.BUDGET_SPENT;
    }

    private void report(Progress progress, double evaluated) {
        Map<String, Double> metrics = new LinkedHashMap<>(progress.metrics());
        if (held != null) {
            metrics.put("evaluation_return_mean", evaluated);
        }
        Progress told = progress.withMetrics(metrics);
        listeners.forEach(listener -> listener.accept(told));
    }

    private void save() throws IOException {
        if (checkpoint != null) {
            savedAt = algorithm.steps();
            CheckpointFile.save(checkpoint, this::state);
        }
    }

    private void resume() throws IOException {
        if (checkpoint == null || !Files.exists(checkpoint)) {
            return;
        }
        CheckpointFile.restore(checkpoint, this::state);
        if (Files.exists(bestFile(checkpoint))) {
            best = Policy.load(bestFile(checkpoint));
        }
    }

    private static Path bestFile(Path checkpoint) {
        return checkpoint.resolveSibling("best-policy.rein");
    }

    private void state(Checkpoint walk) {
        algorithm.state(walk.part("algorithm"));
        evaluatedAt = walk.integer("evaluated_at", evaluatedAt);
        savedAt = walk.integer("saved_at", savedAt);
        withoutGain = (int) walk.integer("without_gain", withoutGain);
        bestReturn = walk.number("best_return", bestReturn);
    }
}
