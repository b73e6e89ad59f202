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
        return Stream.of(new ReturnModel.Expected(), new ReturnModel.Quantiles(4));
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
            assertThat(by[i]).as("output %d", i).isCloseTo((float) numeric, within(1e-3f));
        }
    }

    private static double loss(ReturnModel model, float[] said) {
        return model.learn(said, 0, NEXT, 0, 0.5f, 0.9f, 0.3f, new float[4]);
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
