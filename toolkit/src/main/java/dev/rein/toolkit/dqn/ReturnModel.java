package dev.rein.toolkit.dqn;

/// What a network says of an action's return, and what it costs to be wrong.
public sealed interface ReturnModel {
    /// Numbers for one action.
    int width();

    /// One number for an action: its mean return, with a Huber loss (Mnih et al. 2015 clip the error, which is the
    /// same).
    record Expected() implements ReturnModel {
        @Override
        public int width() {
            return 1;
        }

        @Override
        public double learn(
                float[] said, int at, float[] next, int next0, float reward, float discount, float weight, float[] by) {
            float error = said[at] - (reward + discount * next[next0]);
            by[at] = weight * Math.clamp(error, -1f, 1f);
            float size = Math.abs(error);
            return weight * (size > 1 ? size - 0.5f : 0.5f * error * error);
        }
    }

    /// Quantiles of the return at evenly spaced levels, with the quantile Huber loss (Dabney et al. 2018,
    /// "Distributional Reinforcement Learning with Quantile Regression", equations 9 and 10).
    ///
    /// @param width how many, at least 1
    record Quantiles(int width) implements ReturnModel {
        @Override
        public double learn(
                float[] said, int at, float[] next, int next0, float reward, float discount, float weight, float[] by) {
            double loss = 0;
            for (int i = 0; i < width; i++) {
                float level = (i + 0.5f) / width;
                float gradient = 0;
                float sum = 0;
                for (int j = 0; j < width; j++) {
                    float error = reward + discount * next[next0 + j] - said[at + i];
                    float side = error < 0 ? 1 - level : level;
                    float size = Math.abs(error);
                    sum += side * (size > 1 ? size - 0.5f : 0.5f * error * error);
                    gradient -= side * Math.clamp(error, -1f, 1f);
                }
                loss += weight * sum / width;
                by[at + i] = weight * gradient / width;
            }
            return loss;
        }
    }

    /// The loss of one transition and its gradient.
    ///
    /// @param said     the network's outputs; the taken action's begin at `at`
    /// @param next     the target network's; the next action's begin at `next0`
    /// @param discount of what comes next; 0 where nothing does
    /// @param weight   of this transition in the batch
    /// @param by       like `said`: the action's part is overwritten with the loss by each output
    double learn(float[] said, int at, float[] next, int next0, float reward, float discount, float weight, float[] by);

    /// The mean return the numbers from `at` stand for.
    default float value(float[] outputs, int at) {
        float sum = 0;
        for (int i = 0; i < width(); i++) {
            sum += outputs[at + i];
        }
        return sum / width();
    }
}
