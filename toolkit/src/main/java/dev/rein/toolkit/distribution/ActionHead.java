package dev.rein.toolkit.distribution;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.nn.Sequential;
import java.util.random.RandomGenerator;

/// What the outputs of a policy's network mean, row by row. One thread at a time; nothing is allocated by a call.
public sealed interface ActionHead permits Distribution, Greedy, Squashed, Bounded {
    /// Numbers of a row it reads.
    int outputs();

    /// Tells it which network's outputs it reads, for a head that looks deeper than at those; most do not. To be
    /// called before anything is drawn, and again for a copy.
    default void reads(Sequential network) {}

    /// Tells it, before the network acts, that environments are explored, for a head whose noise lasts longer than a
    /// step; most draw at every step anew.
    ///
    /// @param step since this rollout began, from 0
    default void explore(RandomGenerator random, int environments, int step) {}

    /// The action the policy thinks best.
    ///
    /// @param outputs `[rows × outputs]` of the network
    /// @param masks   `[rows × choices]`, empty where nothing is masked
    /// @param actions `[rows × action size]`, overwritten; may lie outside a [Box], where the head knows no bounds
    void mode(float[] outputs, boolean[] masks, int rows, float[] actions);

    /// An action drawn for each row; parameters as of [#mode].
    void sample(float[] outputs, boolean[] masks, int rows, RandomGenerator random, float[] actions);

    /// One line that [#parse] reads: `categorical`, `gaussian -0.5,0.1`, `joint categorical | bernoulli`.
    String describe();

    /// A head that draws alike, with scratch of its own.
    ActionHead copy();

    /// @param actionSpace of the policy
    /// @throws IllegalArgumentException if the text describes no head, or none for these actions
    static ActionHead parse(String text, Space actionSpace) {
        String[] words = text.split(" ", 2);
        return switch (words[0]) {
            case "categorical", "bernoulli" -> Distribution.of(actionSpace);
            case "gaussian" -> Gaussian.parse(words[1]);
            case "joint" -> Joint.parse(words[1], actionSpace);
            case "state_dependent" -> StateDependent.parse(words[1]);
            case "greedy" -> new Greedy(actionSpace);
            case "squashed" -> new SquashedGaussian(box(actionSpace));
            case "squashed_state_dependent" -> SquashedStateDependent.parse(box(actionSpace), words[1]);
            case "bounded" -> new Bounded(box(actionSpace));
            default -> throw new IllegalArgumentException("head \"%s\" is unknown".formatted(text));
        };
    }

    private static Box box(Space space) {
        if (space instanceof Box box) {
            return box;
        }
        throw new IllegalArgumentException("actions: %s (expected: a Box)".formatted(space));
    }
}
