package dev.rein.toolkit.dqn;

import dev.rein.toolkit.kernel.Kernels;
import dev.rein.toolkit.nn.Expectation;
import java.util.Arrays;

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
            return size > 1 ? size - 0.5f : 0.5f * error * error;
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
            double sum = Kernels.active().quantileHuber(said, at, width, next, next0, width, reward, discount, by, at);
            for (int i = at; i < at + width; i++) {
                by[i] = weight * by[i] / width;
            }
            return sum / width;
        }
    }

    /// Probabilities of evenly spaced returns, with the cross-entropy to the projected target (Bellemare, Dabney &
    /// Munos 2017, "A Distributional Perspective on Reinforcement Learning", algorithm 1): C51. The loss told is
    /// the KL divergence, which has the same gradient and is 0 where nothing is left to learn.
    ///
    /// @param width atoms, at least 2
    /// @param low   the lowest return
    /// @param high  the highest return
    record Categorical(int width, float low, float high) implements ReturnModel {
        @Override
        public double learn(
                float[] said, int at, float[] next, int next0, float reward, float discount, float weight, float[] by) {
            project(next, next0, reward, discount, by, at);
            float logSum = logSum(said, at);
            double loss = 0;
            for (int i = at; i < at + width; i++) {
                float target = by[i];
                float logProbability = said[i] - logSum;
                if (target > 0) {
                    loss += target * (Math.log(target) - logProbability);
                }
                by[i] = weight * ((float) Math.exp(logProbability) - target);
            }
            return loss;
        }

        /// The next action's atoms, shrunk by the discount and moved by the reward, each shared out between the two
        /// atoms it falls between.
        ///
        /// @param target overwritten from `at` with probabilities
        void project(float[] next, int next0, float reward, float discount, float[] target, int at) {
            Arrays.fill(target, at, at + width, 0);
            float logSum = logSum(next, next0);
            float gap = (high - low) / (width - 1);
            for (int j = 0; j < width; j++) {
                float probability = (float) Math.exp(next[next0 + j] - logSum);
                float moved = Math.clamp(reward + discount * (low + j * gap), low, high);
                float place = Math.clamp((moved - low) / gap, 0, width - 1);
                int below = Math.min((int) place, width - 2);
                float share = place - below;
                target[at + below] += probability * (1 - share);
                target[at + below + 1] += probability * share;
            }
        }

        private float logSum(float[] logits, int at) {
            float largest = logits[at];
            for (int i = 1; i < width; i++) {
                largest = Math.max(largest, logits[at + i]);
            }
            float sum = 0;
            for (int i = 0; i < width; i++) {
                sum += (float) Math.exp(logits[at + i] - largest);
            }
            return largest + (float) Math.log(sum);
        }

        @Override
        public float value(float[] outputs, int at) {
            return Expectation.mean(outputs, at, width, low, high);
        }

        /// Rainbow's (Hessel et al. 2018): what the distribution is wrong by, where its mean may be right.
        @Override
        public float surprise(float error, double loss) {
            return (float) loss;
        }
    }

    /// The loss of one transition and its gradient.
    ///
    /// @param said     the network's outputs; the taken action's begin at `at`
    /// @param next     the target network's; the next action's begin at `next0`
    /// @param discount of what comes next; 0 where nothing does
    /// @param weight   of this transition in the batch
    /// @param by       like `said`: the action's part is overwritten with the weighted loss by each output
    /// @return the loss, not weighted
    double learn(float[] said, int at, float[] next, int next0, float reward, float discount, float weight, float[] by);

    /// The mean return the numbers from `at` stand for.
    default float value(float[] outputs, int at) {
        float sum = 0;
        for (int i = 0; i < width(); i++) {
            sum += outputs[at + i];
        }
        return sum / width();
    }

    /// What prioritised replay goes by.
    ///
    /// @param error of the mean return
    /// @param loss  of the transition, unweighted
    default float surprise(float error, double loss) {
        return error;
    }
}
