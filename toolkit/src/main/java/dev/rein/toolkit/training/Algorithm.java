package dev.rein.toolkit.training;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.checkpoint.CheckpointFile;
import dev.rein.toolkit.environment.EpisodeStatistics;
import dev.rein.toolkit.policy.Policy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/// A learner with its environments. It owns its loop and is owned by one thread; the same seed gives the same
/// policy, bit for bit, on the same kind of CPU.
public interface Algorithm extends AutoCloseable {
    /// Environment steps taken so far, over all environments.
    long steps();

    /// Acts for a while and learns from it: the smallest piece between which a run can be watched, saved and
    /// stopped.
    ///
    /// @param done share of the budget spent, 0..1, for what is on a [Schedule]
    void round(double done);

    /// What was learned so far; stays as it is when training goes on.
    Policy policy();

    /// What the latest round says of itself, by names that are API. Never holds null; NaN where nothing is known
    /// yet.
    Map<String, Double> metrics();

    /// Episodes as they ended.
    EpisodeStatistics statistics();

    /// Walks everything that decides how training goes on.
    void state(Checkpoint checkpoint);

    /// Trains until the budget is spent; whole rounds, so up to one more than asked for.
    ///
    /// @param budget   environment steps over all environments, counted from the first call or the run that was
    ///     resumed
    /// @param listener told after every round, on this thread
    default void train(long budget, Consumer<? super Progress> listener) {
        long began = System.nanoTime();
        long begun = steps();
        while (steps() < budget) {
            round((double) steps() / budget);
            listener.accept(progress(budget, begun, (System.nanoTime() - began) / 1e9));
        }
    }

    /// How far a run towards `budget` is.
    ///
    /// @param begun   steps taken before this session
    /// @param seconds since this session began
    default Progress progress(long budget, long begun, double seconds) {
        var statistics = statistics();
        return new Progress(
                steps(),
                budget,
                begun,
                seconds,
                statistics.episodes(),
                statistics.returnMean(),
                statistics.lengthMean(),
                metrics());
    }

    /// Writes a checkpoint; a file that stood there is replaced whole or not at all.
    default void save(Path file) throws IOException {
        CheckpointFile.save(file, this::state);
    }

    /// Goes on where a checkpoint was written, by an algorithm made with the same arguments: from here on the two
    /// are the same, bit for bit.
    ///
    /// @throws dev.rein.toolkit.checkpoint.CheckpointException if the file is damaged or of another run; begin anew
    ///     then
    default void restore(Path file) throws IOException {
        CheckpointFile.restore(file, this::state);
    }

    @Override
    void close();
}
