package dev.rein.toolkit.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.environment.classic.CartPole;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpaceTest {
    private static final Dict CAR = Dict.of("gear", new Discrete(3))
            .with("wheels", Tuple.of(Box.of(-1, 1, 2), new MultiBinary(2)))
            .with("lamps", new MultiDiscrete(2, 3));

    static List<Space> spaces() {
        return List.of(
                new Box(new float[] {0, -1}, new float[] {Float.POSITIVE_INFINITY, 2.5f}),
                Box.of(0, 1, 3, 84, 84),
                Box.of(0, 1, 8, 8, 8).channelsFirst(),
                Box.of(0, 1, 8, 9, 9).channelsLast(),
                new Discrete(7),
                new MultiDiscrete(2, 3, 4),
                new MultiBinary(5),
                CAR,
                Tuple.of(CAR, CAR));
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void isReadAsItWasDescribed(Space space) {
        assertThat(Space.parse(space.describe())).isEqualTo(space).hasSameHashCodeAs(space);
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void leavesFillValueAndFeaturesWithoutGaps(Space space) {
        int offset = 0;
        int feature = 0;
        for (Part leaf : space.leaves()) {
            assertThat(leaf.offset()).isEqualTo(offset);
            assertThat(leaf.feature()).isEqualTo(feature);
            offset += leaf.size();
            feature += leaf.space().features();
        }
        assertThat(offset).isEqualTo(space.size());
        assertThat(feature).isEqualTo(space.features());
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void encodingOverwritesExactlyItsFeatures(Space space) {
        float[] value = new float[space.size() + 1];
        float[] feature = new float[space.features() + 2];
        java.util.Arrays.fill(feature, Float.NaN);
        space.encode(value, 1, feature, 1);
        assertThat(feature[0]).isNaN();
        assertThat(feature[feature.length - 1]).isNaN();
        for (int i = 1; i <= space.features(); i++) {
            assertThat(feature[i]).isFinite();
        }
    }

    @Nested
    class GivenPartsWithinParts {
        @Test
        void everyLeafIsEncodedInItsPlace() {
            float[] feature = new float[CAR.features()];
            CAR.encode(new float[] {2, -0.5f, 0.5f, 1, 0, 1, 2}, 0, feature, 0);
            assertThat(feature).containsExactly(0, 0, 1, -0.5f, 0.5f, 1, 0, 0, 1, 0, 0, 1);
        }

        @Test
        void whatIsWrongIsSaidWithItsPath() {
            assertThat(CAR.problem(new float[] {2, -0.5f, 0.5f, 1, 0, 1, 2}, 0)).isEmpty();
            assertThat(CAR.problem(new float[] {2, -0.5f, 0.5f, 1, 0.5f, 1, 2}, 0))
                    .isEqualTo("in \"wheels.1\" switch 1 is 0.5 (expected: 0 or 1)");
            assertThat(CAR.problem(new float[] {2, -0.5f, 0.5f, 1, 0, 1, 3}, 0))
                    .isEqualTo("in \"lamps\" choice 1 is 3.0 (expected: a whole number of 0..2)");
            assertThat(CAR.problem(new float[] {Float.NaN, 0, 0, 0, 0, 0, 0}, 0))
                    .startsWith("in \"gear\" it is NaN");
        }

        @Test
        void partsAreWrittenByName() {
            float[] values = new float[CAR.size()];
            Row row = Row.of(values);
            Row wheels = row.part(CAR.part("wheels"));
            Row lamps = row.part(CAR.part("lamps"));
            lamps.put(1, 2);
            wheels.part(((Tuple) CAR.part("wheels").space()).part(0)).put(3, 4);
            row.part(CAR.part("gear")).put(5);
            assertThat(values).containsExactly(5, 3, 4, 0, 0, 1, 2);
            assertThatThrownBy(() -> lamps.set(2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        }

        @Test
        void unknownPartIsRefusedWithThoseThereAre() {
            assertThatThrownBy(() -> CAR.part("wheel"))
                    .hasMessage("part: \"wheel\" is unknown (expected: one of gear, wheels, lamps)");
        }

        @Test
        void orderTellsSpacesApart() {
            Space a = new Discrete(2);
            assertThat(Dict.of("a", a).with("b", a))
                    .isNotEqualTo(Dict.of("b", a).with("a", a));
        }
    }

    @Test
    void emptySpacesAreRefused() {
        assertThatThrownBy(() -> new Discrete(0)).hasMessageContaining("n is 0 (expected: 1..");
        assertThatThrownBy(() -> new MultiDiscrete()).hasMessageContaining("no parts");
        assertThatThrownBy(() -> new MultiDiscrete(2, 0)).hasMessageContaining("part 1 has 0 choices");
        assertThatThrownBy(() -> new MultiBinary(0)).hasMessageContaining("n is 0");
        assertThatThrownBy(() -> new Dict(new LinkedHashMap<>())).hasMessageContaining("no parts");
        assertThatThrownBy(() -> Tuple.of()).hasMessageContaining("no parts");
        assertThatThrownBy(() -> Box.of(0, 1)).hasMessageContaining("shape is []");
        assertThatThrownBy(() -> Box.of(0, 1, 3, 0)).hasMessageContaining("shape is [3, 0]");
        assertThatThrownBy(() -> Box.of(0, 1, -3, -1)).hasMessageContaining("shape is [-3, -1]");
        assertThatThrownBy(() -> new Box(new float[0], new float[0])).hasMessageContaining("at least one");
    }

    @Test
    void boundsWithoutANumberBetweenAreRefused() {
        float infinity = Float.POSITIVE_INFINITY;
        assertThatThrownBy(() -> Box.of(1, 0, 2)).hasMessageContaining("low <= high");
        assertThatThrownBy(() -> Box.of(Float.NaN, 0, 2)).hasMessageContaining("bounds 0 are NaN and 0.0");
        assertThatThrownBy(() -> Box.of(infinity, infinity, 1)).hasMessageContaining("low <= high");
        assertThatThrownBy(() -> new Box(new float[4], new float[4], 3, 2)).hasMessageContaining("expected: 6");
    }

    @Test
    void textThatIsNoSpaceIsRefused() {
        for (String text : List.of(
                "",
                "disc 3",
                "discrete",
                "discrete 3 4",
                "tuple 2 discrete 3",
                "box 2 1,2,3 4,5,6",
                "dict 1 discrete 3",
                "discrete many")) {
            assertThatThrownBy(() -> Space.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /// Two choices of which the action says how many are left each.
    private static final class Rations implements Environment {
        @Override
        public Space observationSpace() {
            return Box.of(0, 1, 1);
        }

        @Override
        public Space actionSpace() {
            return new MultiDiscrete(2, 3);
        }

        @Override
        public boolean masksActions() {
            return true;
        }

        @Override
        public void reset(RandomGenerator random, Step step) {
            step.observation().put(0);
            step.allow(1, 0, false);
        }

        @Override
        public void step(Row action, Step step) {
            step.observation().put(action.index(1));
            for (int choice = action.index(1); choice < 3; choice++) {
                step.allow(1, choice, false);
            }
        }
    }

    @Nested
    class GivenMaskedChoicesAtOnce {
        private final VectorEnvironment environments = VectorEnvironment.of(Rations::new, 2, 1);

        @Test
        void masksLieSideBySide() {
            environments.reset();
            environments.step(new float[] {0, 1, 1, 2});
            List<Boolean> masks = new ArrayList<>();
            for (boolean mask : environments.masks()) {
                masks.add(mask);
            }
            assertThat(masks).containsExactly(true, true, true, false, false, true, true, true, true, false);
        }

        @Test
        void partWithoutChoiceIsNamed() {
            environments.reset();
            assertThatThrownBy(() -> environments.step(new float[] {0, 1, 1, 0}))
                    .hasMessageContaining(
                            "environment 1, episode 0, step 1 with action [1.0, 0.0]: all choices of part 1 are masked");
        }

        @Test
        void choiceOfAnotherPartIsNoChoiceOfThis() {
            Step step = Step.of(new Rations());
            assertThatThrownBy(() -> step.allow(0, 2, false)).hasMessage("choice: 2 of part 0 (expected: 0..1)");
            assertThatThrownBy(() -> step.allow(2, 0, false)).hasMessage("part: 2 (expected: 0..1)");
            assertThatThrownBy(() -> step.allow(5, false)).hasMessage("choice: 5 (expected: 0..4)");
        }

        @Test
        void maskingWithoutSayingSoIsExplained() {
            Step step = Step.of(CartPole.v1());
            assertThatThrownBy(() -> step.allow(0, false))
                    .hasMessageContaining("masksActions() is false (expected: it returns true where");
            assertThat(step.isAllowed(0)).isTrue();
        }
    }
}
