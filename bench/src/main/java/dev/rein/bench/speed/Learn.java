package dev.rein.bench.speed;

import dev.rein.toolkit.dqn.Dqn;
import dev.rein.toolkit.dqn.DqnHyperParameters;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.Pendulum;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.sac.Sac;
import dev.rein.toolkit.sac.SacHyperParameters;
import dev.rein.toolkit.td3.Td3;
import dev.rein.toolkit.td3.Td3HyperParameters;
import dev.rein.toolkit.training.Algorithm;
import java.util.Map;

/// Environment steps a second of training: `Learn <row> <warm-up steps> <steps>`. Construction, the random steps
/// before learning and the warm-up, in which the JIT compiles, are not counted.
final class Learn {
    private Learn() {}

    static void main(String[] arguments) {
        long warmUp = Long.parseLong(arguments[1]);
        long steps = Long.parseLong(arguments[2]);
        try (Algorithm algorithm = algorithm(arguments[0])) {
            learn(algorithm, warmUp);
            System.out.println(Rate.of(() -> learn(algorithm, steps)));
        }
    }

    /// Schedules stand at their beginning all the time: they cost nothing on either side.
    private static double learn(Algorithm algorithm, long steps) {
        long begun = algorithm.steps();
        while (algorithm.steps() < begun + steps) {
            algorithm.round(0);
        }
        return algorithm.steps() - begun;
    }

    private static Algorithm algorithm(String row) {
        // what precedes learning is short, so that nearly every step counted is one that learns
        var soon = Map.of("learning_starts", "100");
        return switch (row) {
            case "ppo" -> new Ppo(PpoHyperParameters.defaults(), CartPole::v1, 1);
            case "ppo-zoo" -> new Ppo(PpoHyperParameters.preset("CartPole-v1").hyperParameters(), CartPole::v1, 1);
            case "dqn" -> new Dqn(DqnHyperParameters.preset("CartPole-v1").hyperParameters(), CartPole::v1, 1);
            case "sac", "sac-2" ->
                new Sac(SacHyperParameters.preset("Pendulum-v1").hyperParameters(), Pendulum::v1, 1, threads(row));
            case "td3", "td3-2" ->
                new Td3(
                        Td3HyperParameters.preset("Pendulum-v1")
                                .hyperParameters()
                                .with(soon),
                        Pendulum::v1,
                        1,
                        threads(row));
            default ->
                throw new IllegalArgumentException(row + " (expected: ppo, ppo-zoo, dqn, sac, td3, sac-2 or td3-2)");
        };
    }

    private static int threads(String row) {
        return row.endsWith("-2") ? 2 : 1;
    }
}
