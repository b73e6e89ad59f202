package dev.rein.toolkit.environment.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.VectorEnvironment;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnvironmentsTest {
    static Iterable<String> ids() {
        return Environments.ids();
    }

    @ParameterizedTest
    @MethodSource("ids")
    void everyNamedEnvironmentRunsInABatch(String id) {
        try (var environments = VectorEnvironment.of(Environments.maker(id), 2, 1)) {
            environments.reset();
            environments.step(new float[2 * environments.actionSpace().size()]);
            assertThat(environments.observations())
                    .hasSize(2 * environments.observationSpace().size());
        }
    }

    @Test
    void everyCallMakesAnother() {
        assertThat(Environments.make("CartPole-v1")).isNotSameAs(Environments.make("CartPole-v1"));
    }

    @Test
    void unknownNameIsRefusedWithTheKnownAndTheNearest() {
        assertThatThrownBy(() -> Environments.make("cartpole_v1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("environment: \"cartpole_v1\" is unknown (expected: one of ")
                .hasMessageContaining("CartPole-v1")
                .hasMessageEndingWith("Did you mean CartPole-v1?");
    }

    @Test
    void optionsAreGymnasiumsKeywords() {
        assertThat(Environments.make("FrozenLake-v1", Map.of("map_name", "8x8", "is_slippery", false))
                        .observationSpace())
                .isEqualTo(new Discrete(64));
    }

    @Test
    void everythingWrongWithOptionsIsSaidAtOnce() {
        assertThatThrownBy(() -> Environments.make(
                        "FrozenLake-v1", Map.of("map_name", "5x5", "success_rate", "NaN", "is_slipery", true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("environment FrozenLake-v1: map_name: \"5x5\" (expected: one of 4x4, 8x8); "
                        + "success_rate: \"NaN\" (expected: a number of 0.0..1.0); "
                        + "is_slipery: unknown (expected: one of map_name, is_slippery, success_rate)");
        assertThatThrownBy(() -> Environments.make("CartPole-v1", Map.of("gravity", 1)))
                .hasMessage("environment CartPole-v1: gravity: unknown (expected: no options)");
    }
}
