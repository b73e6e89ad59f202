package dev.rein.toolkit.ppo;

import java.util.random.RandomGenerator;

/// What a policy network's outputs mean: a distribution over actions, row by row. One thread at a time.
sealed interface Head permits Categorical, Gaussian {
    /// Draws an action for each row.
    ///
    /// @param outputs `[rows × features]` of the network
    /// @param masks   `[rows × choices]`, empty where nothing is masked
    /// @param actions `[rows × action size]`, overwritten
    /// @param logProb `[rows]`, overwritten from element `at`
    void sample(
            float[] outputs,
            boolean[] masks,
            int rows,
            RandomGenerator random,
            float[] actions,
            float[] logProb,
            int at);

    /// Reads one row's distribution; [#entropy] and [#gradient] then speak of it.
    ///
    /// @return the log probability (density) of the action at `action0`
    float logProb(float[] outputs, int row, boolean[] masks, float[] actions);

    float entropy();

    /// Overwrites the row of the loss's gradient by the outputs, for a loss of `g · log π(a) − bonus · entropy` at
    /// first order.
    void gradient(float g, float bonus, float[] outputGradient, int row);

    /// Parameters the head has beside the network's outputs; may be empty.
    float[] parameters();

    /// Gradient by [#parameters]; [#gradient] adds to it.
    float[] parameterGradient();
}
