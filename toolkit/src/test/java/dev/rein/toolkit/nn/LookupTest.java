package dev.rein.toolkit.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Tuple;
import java.util.List;
import org.junit.jupiter.api.Test;

class LookupTest {
    private final Sequential network = Sequential.parse("lookup 3x2x4 2");

    LookupTest() {
        for (int i = 0; i < network.parameters().length; i++) {
            network.parameters()[i] = i;
        }
    }

    @Test
    void everyCombinationHasARowOfItsOwnTheLastPartNextToEachOther() {
        Space space = Tuple.of(new Discrete(3), new MultiDiscrete(2, 4));
        float[] features = new float[9];
        float[] values = new float[2];
        for (int row = 0; row < 24; row++) {
            float[] observation = {Math.floorDiv(row, 8), row / 4 % 2, row % 4};
            space.encode(observation, 0, features, 0);
            network.forward(features, 0, 1, values, 0);
            assertThat(values).containsExactly(2 * row, 2 * row + 1);
        }
    }

    @Test
    void itsGradientIsThatOfTheRowsThatWereRead() {
        float[] two = {0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1};
        float[] values = new float[4];
        float[] byInput = new float[18];
        network.forward(two, 0, 2, values, 0);
        network.zeroGradient();
        network.backward(new float[] {1, 2, 3, 4}, byInput);
        int row = 8 + 3;
        for (int i = 0; i < network.gradient().length; i++) {
            float expected = i == 2 * row ? 1 + 3 : i == 2 * row + 1 ? 2 + 4 : 0;
            assertThat(network.gradient()[i]).isEqualTo(expected);
        }
        assertThat(byInput).containsOnly(0);
    }

    @Test
    void itIsReadAsItIsDescribedAndBeginsKnowingNothing() {
        assertThat(network.describe()).isEqualTo("lookup 3x2x4 2");
        assertThat(network.initialise(new EpisodeRandom(1, 2, 3), Initialisation.UNIFORM, 1)
                        .parameters())
                .containsOnly(0);
    }

    @Test
    void aTableOfMoreThanAnArrayHoldsIsRefusedWithTheArithmetic() {
        assertThatThrownBy(() -> new Sequential(List.of(new Lookup(new int[] {1 << 24, 1 << 24}, 4))))
                .hasMessageContaining("table: 16777216 × 16777216 combinations of 4 numbers each (expected: at most");
    }
}
