package dev.rein.toolkit.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.MultiBinary;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.probe.ManyParts;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistributionTest {
    private static final float G = 0.7f;
    private static final float BONUS = 0.3f;

    private final EpisodeRandom random = new EpisodeRandom(11, 0, 0);

    private static Space space(String text) {
        return text.equals("many parts") ? ManyParts.ACTIONS : Space.parse(text);
    }

    private float[] drawn(int size, float scale) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = scale * (float) random.nextGaussian();
        }
        return values;
    }

    private boolean[] mask(Space space) {
        boolean[] mask = new boolean[space.choices()];
        Arrays.fill(mask, true);
        if (mask.length > 0) {
            mask[0] = false;
        }
        return mask;
    }

    @ParameterizedTest
    @ValueSource(strings = {"discrete 4", "multidiscrete 3,2,5", "multibinary 3", "box 2 -1.0 1.0", "many parts"})
    void gradientIsThatOfFiniteDifferences(String text) {
        Space space = space(text);
        Distribution distribution = Distribution.of(space);
        float[] parameters = distribution.parameters();
        System.arraycopy(drawn(parameters.length, 0.3f), 0, parameters, 0, parameters.length);
        float[] outputs = drawn(2 * distribution.outputs(), 1);
        boolean[] masks = new boolean[2 * space.choices()];
        System.arraycopy(mask(space), 0, masks, space.choices(), space.choices());
        Arrays.fill(masks, 0, space.choices(), true);
        float[] actions = new float[2 * space.size()];
        float[] logProb = new float[2];
        distribution.sample(outputs, masks, 2, random, actions, logProb, 0);
        assertThat(distribution.logProb(outputs, 1, masks, actions)).isEqualTo(logProb[1]);

        float[] gradient = new float[outputs.length];
        Arrays.fill(distribution.parameterGradient(), 0);
        distribution.gradient(G, BONUS, gradient, 1);
        float[] parameterGradient = distribution.parameterGradient().clone();

        for (int j = 0; j < distribution.outputs(); j++) {
            int at = distribution.outputs() + j;
            assertThat((double) gradient[at])
                    .isCloseTo(slope(distribution, outputs, at, outputs, masks, actions), within(2e-3));
        }
        for (int j = 0; j < parameters.length; j++) {
            assertThat((double) parameterGradient[j])
                    .isCloseTo(slope(distribution, parameters, j, outputs, masks, actions), within(2e-3));
        }
    }

    private static double slope(
            Distribution distribution, float[] moved, int at, float[] outputs, boolean[] masks, float[] actions) {
        float step = 1e-2f;
        float before = moved[at];
        moved[at] = before + step;
        double up = loss(distribution, outputs, masks, actions);
        moved[at] = before - step;
        double down = loss(distribution, outputs, masks, actions);
        moved[at] = before;
        return (up - down) / (2 * step);
    }

    private static double loss(Distribution distribution, float[] outputs, boolean[] masks, float[] actions) {
        double logProb = distribution.logProb(outputs, 1, masks, actions);
        return G * logProb - BONUS * distribution.entropy();
    }

    @Test
    void coinsHaveTheProbabilityAndEntropyOfTheirLogits() {
        var coins = new Bernoulli(2);
        float[] outputs = {(float) Math.log(3), 0}; // 0.75 and 0.5
        assertThat(coins.logProb(outputs, 0, new boolean[0], new float[] {1, 0}))
                .isCloseTo((float) Math.log(0.75 * 0.5), within(1e-6f));
        double bits = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25) + Math.log(2);
        assertThat((double) coins.entropy()).isCloseTo(bits, within(1e-6));

        int on = 0;
        float[] action = new float[2];
        for (int i = 0; i < 20_000; i++) {
            coins.sample(outputs, new boolean[0], 1, random, action);
            on += (int) action[0];
        }
        assertThat(on / 20_000.0).isCloseTo(0.75, within(0.015));
        coins.mode(outputs, new boolean[0], 1, action);
        assertThat(action).containsExactly(1, 0);
    }

    @Test
    void certainCoinsStayFinite() {
        var coins = new Bernoulli(2);
        assertThat(coins.logProb(new float[] {200, -200}, 0, new boolean[0], new float[] {1, 0}))
                .isEqualTo(0);
        assertThat(coins.entropy()).isEqualTo(0);
        assertThat(coins.logProb(new float[] {200, -200}, 0, new boolean[0], new float[] {0, 1}))
                .isEqualTo(-400);
    }

    @Test
    void logProbabilitiesAndEntropiesOfPartsAddUp() {
        Space two = Space.parse("tuple 2 multidiscrete 3,2 multibinary 2");
        float[] outputs = drawn(7, 1);
        float[] action = {2, 1, 0, 1};
        var joint = Distribution.of(two);
        var choices = Distribution.of(new MultiDiscrete(3, 2));
        var coins = Distribution.of(new MultiBinary(2));
        float expected = choices.logProb(outputs, 0, new boolean[0], action)
                + coins.logProb(Arrays.copyOfRange(outputs, 5, 7), 0, new boolean[0], new float[] {0, 1});
        assertThat(joint.logProb(outputs, 0, new boolean[0], action)).isCloseTo(expected, within(1e-6f));
        assertThat(joint.entropy()).isCloseTo(choices.entropy() + coins.entropy(), within(1e-6f));
    }

    @Test
    void maskedChoicesOfAPartAreNeitherDrawnNorBest() {
        Space space = ManyParts.ACTIONS;
        var joint = Distribution.of(space);
        float[] outputs = new float[joint.outputs()];
        outputs[0] = 50; // gear 0, which the mask forbids
        boolean[] mask = mask(space);
        float[] action = new float[space.size()];
        joint.mode(outputs, mask, 1, action);
        assertThat(action[0]).isNotEqualTo(0);
        for (int i = 0; i < 100; i++) {
            joint.sample(outputs, mask, 1, random, action);
            assertThat(action[0]).isNotEqualTo(0);
            assertThat(space.problem(action, 0))
                    .satisfiesAnyOf(
                            problem -> assertThat(problem).isEmpty(),
                            problem -> assertThat(problem).contains("\"aim\""));
        }
    }

    /// Taken when it was likely; since then it has become less likely than a float can tell.
    @Test
    void aChoiceTooUnlikelyForAFloatIsStillUnlikely() {
        var choice = new Categorical(3);
        float[] outputs = {200, 0, 1};
        assertThat(choice.logProb(outputs, 0, new boolean[0], new float[] {1})).isEqualTo(-200);
        float[] gradient = new float[3];
        choice.gradient(1, 0.5f, gradient, 0);
        assertThat(gradient).containsExactly(-1, 1, 0);
        assertThat(choice.entropy()).isZero();
    }

    @Test
    void outputsThatAreNoNumbersSayThatTrainingDiverged() {
        var choice = new Categorical(3);
        assertThatThrownBy(() -> choice.sample(
                        new float[] {0, Float.NaN, 0}, new boolean[0], 1, new EpisodeRandom(1, 0, 0), new float[1]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("policy: its outputs are no numbers")
                .hasMessageContaining("Lower learning_rate");
    }

    @Test
    void whatItDescribesIsWhatIsRead() {
        for (String text : new String[] {"multidiscrete 3,2", "multibinary 2", "many parts"}) {
            Distribution distribution = Distribution.of(space(text));
            Arrays.fill(distribution.parameters(), -0.5f);
            ActionHead read = ActionHead.parse(distribution.describe(), space(text));
            assertThat(read.describe()).isEqualTo(distribution.describe());
            assertThat(read.copy().describe()).isEqualTo(distribution.describe());
            assertThat(read.outputs()).isEqualTo(distribution.outputs());
        }
        assertThatThrownBy(() -> ActionHead.parse("joint bernoulli", ManyParts.ACTIONS))
                .hasMessageContaining("1 distributions (expected: 4");
    }
}
