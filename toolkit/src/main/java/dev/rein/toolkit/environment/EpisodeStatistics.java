package dev.rein.toolkit.environment;

import dev.rein.toolkit.checkpoint.Checkpoint;
import java.util.Arrays;

/// Returns and lengths of episodes as they end, over the most recent hundred. Written by the thread that steps.
public final class EpisodeStatistics {
    private static final int WINDOW = 100;

    private final double[] runningReturn;
    private final double[] returns = new double[WINDOW];
    private final int[] lengths = new int[WINDOW];
    private long ended;

    /// @param environments how many episodes run at once
    public EpisodeStatistics(int environments) {
        runningReturn = new double[environments];
    }

    void reward(int environment, float reward) {
        runningReturn[environment] += reward;
    }

    /// Episodes under way were given up: they count nowhere.
    void forgetRunning() {
        Arrays.fill(runningReturn, 0);
    }

    void forgetRunning(int environment) {
        runningReturn[environment] = 0;
    }

    void end(int environment, int length) {
        add(runningReturn[environment], length);
        runningReturn[environment] = 0;
    }

    /// Counts an episode that someone else has played through.
    ///
    /// @param length in steps
    public void add(double episodeReturn, int length) {
        int slot = (int) (ended++ % WINDOW);
        returns[slot] = episodeReturn;
        lengths[slot] = length;
    }

    public void state(Checkpoint checkpoint) {
        ended = checkpoint.integer("ended", ended);
        checkpoint.doubles("running", runningReturn);
        checkpoint.doubles("returns", returns);
        checkpoint.integers("lengths", lengths);
    }

    /// Episodes that have ended so far.
    public long episodes() {
        return ended;
    }

    /// Mean undiscounted return of the most recent 100 episodes; NaN before the first ended.
    public double returnMean() {
        int count = (int) Math.min(ended, WINDOW);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += returns[i];
        }
        return count == 0 ? Double.NaN : sum / count;
    }

    /// Mean length of the most recent 100 episodes, in steps; NaN before the first ended.
    public double lengthMean() {
        int count = (int) Math.min(ended, WINDOW);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += lengths[i];
        }
        return count == 0 ? Double.NaN : sum / count;
    }
}
