package dev.rein.workload.start;

import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.ProgressLine;
import dev.rein.workload.TrainingEnvironment;
import java.io.IOException;

/// What a JVM entry point usually does, once: the JVM that runs it records which classes that takes.
final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] arguments) throws IOException {
        var job = TrainingEnvironment.current(arguments);
        long steps = job.hyperparameters().integer("steps", 20_000);
        var numbers = PpoHyperParameters.defaults().with(job.hyperparameters().others());
        try (var learner = new Ppo(numbers, CartPole::v1, 1)) {
            learner.train(steps, new ProgressLine(System.out));
            Policy policy = learner.policy();
            System.out.println(Evaluation.of(policy, CartPole::v1, 10, 1));
            policy.save(job.modelDir().resolve("policy.rein"));
            policy.exportOnnx(job.modelDir().resolve("policy.onnx"));
        }
    }
}
