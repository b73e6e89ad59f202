package dev.rein.toolkit.dqn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReturnModelTest {
    private static final float[] NEXT = {0.2f, 1.1f, -0.4f, 3.5f};

    static Stream<ReturnModel> models() {
        return Stream.of(
                new ReturnModel.Expected(), new ReturnModel.Quantiles(4), new ReturnModel.Categorical(4, -1, 2));
    }

    @ParameterizedTest
    @MethodSource("models")
    void theGradientIsThatOfTheLoss(ReturnModel model) {
        float[] said = {0.35f, -0.9f, 2.2f, 0.1f};
        float[] by = new float[4];
        model.learn(said, 0, NEXT, 0, 0.5f, 0.9f, 0.3f, by);
        for (int i = 0; i < model.width(); i++) {
            float h = 1e-3f;
            float[] up = said.clone();
            float[] down = said.clone();
            up[i] += h;
            down[i] -= h;
            double numeric = (loss(model, up) - loss(model, down)) / (2 * h);
            assertThat(by[i]).as("output %d", i).isCloseTo(0.3f * (float) numeric, within(1e-3f));
        }
    }

    private static double loss(ReturnModel model, float[] said) {
        return model.learn(said, 0, NEXT, 0, 0.5f, 0.9f, 0.3f, new float[4]);
    }

    /// Atoms -1, 0, 1, 2. By hand: 1 + 0.5 z is 0.5, 1, 1.5 and 2, so half of the first atom's probability goes to
    /// 0 and half to 1, and half of the third's to 1 and half to 2.
    @Test
    void atomsAreSharedOutBetweenTheTwoTheyFallBetween() {
        var model = new ReturnModel.Categorical(4, -1, 2);
        float[] even = {3, 3, 3, 3};
        float[] target = new float[4];
        model.project(even, 0, 1, 0.5f, target, 0);
        assertThat(target).containsExactly(new float[] {0, 0.125f, 0.5f, 0.375f}, within(1e-6f));
    }

    @Test
    void returnsBeyondTheAtomsCountAsTheLastAndAnEndAsTheReward() {
        var model = new ReturnModel.Categorical(3, -1, 1);
        float[] target = new float[3];
        model.project(NEXT, 0, 5, 0.9f, target, 0);
        assertThat(target).containsExactly(new float[] {0, 0, 1}, within(1e-6f));
        model.project(NEXT, 0, -0.75f, 0, target, 0);
        assertThat(target).containsExactly(new float[] {0.75f, 0.25f, 0}, within(1e-6f));
        assertThat(model.value(new float[] {0, 0, 0}, 0)).isZero();
    }

    @Test
    void nothingIsLeftToLearnWhereTheDistributionIsTheTarget() {
        var model = new ReturnModel.Categorical(4, -1, 2);
        float[] by = new float[4];
        assertThat(model.learn(NEXT, 0, NEXT, 0, 0, 1, 1, by)).isCloseTo(0, within(1e-6));
        assertThat(by).containsExactly(new float[4], within(1e-6f));
    }

    @Test
    void duelingValuesHaveTheValueAsTheirMeanAndTheGradientGoesBack() {
        var dueling = new Dueling(3, 1);
        float[] raw = {2, 1, -1, 3};
        float[] values = new float[3];
        dueling.forward(raw, 1, values);
        assertThat(values).containsExactly(2, 0, 4);
        assertThat((values[0] + values[1] + values[2]) / 3).isEqualTo(raw[0]);
        float[] byRaw = new float[4];
        dueling.backward(new float[] {1, 0, 0}, 1, byRaw);
        assertThat(byRaw[0]).isEqualTo(1);
        assertThat(byRaw[1]).isCloseTo(2f / 3, within(1e-6f));
        assertThat(byRaw[2]).isCloseTo(-1f / 3, within(1e-6f));
    }
}
