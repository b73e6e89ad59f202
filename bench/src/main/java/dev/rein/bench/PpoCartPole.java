package dev.rein.bench;

import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;

/// Our side of `ppo_cartpole.sh`: environment steps a second of PPO on CartPole-v1, the JIT warmed up.
///
/// `PpoCartPole <cleanrl|zoo> <steps>` prints `steps_per_second=…`: a training run of that length, after an equal
/// one that warmed up the JIT. Construction is not counted, as on the other side.
final class PpoCartPole {
    private PpoCartPole() {}

    static void main(String[] arguments) {
        var hyperParameters = switch (arguments[0]) {
            case "cleanrl" -> PpoHyperParameters.defaults();
            case "zoo" -> PpoHyperParameters.preset("CartPole-v1").hyperParameters();
            default -> throw new IllegalArgumentException(arguments[0] + " (expected: cleanrl or zoo)");
        };
        long steps = Long.parseLong(arguments[1]);
        stepsPerSecond(hyperParameters, steps, 1);
        System.out.printf("steps_per_second=%.0f%n", stepsPerSecond(hyperParameters, steps, 2));
    }

    private static double stepsPerSecond(PpoHyperParameters hyperParameters, long steps, long seed) {
        try (var ppo = new Ppo(hyperParameters, CartPole::v1, seed)) {
            long began = System.nanoTime();
            ppo.train(steps, _ -> {});
            return steps / ((System.nanoTime() - began) / 1e9);
        }
    }
}
