package dev.rein.toolkit.environment.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.environment.VectorEnvironment;
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
}
