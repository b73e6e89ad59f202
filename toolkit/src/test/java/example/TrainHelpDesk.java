package example;

import dev.rein.toolkit.environment.TimeLimit;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.ProgressLine;
import java.io.IOException;
import java.nio.file.Path;

/// Trains a policy for [HelpDesk], tells how good it is, and writes it down.
final class TrainHelpDesk {
    private TrainHelpDesk() {}

    static Evaluation train(Path folder) throws IOException {
        try (var ppo = new Ppo(PpoHyperParameters.defaults(), () -> new TimeLimit(new HelpDesk(), 60), 1)) {
            ppo.train(100_000, new ProgressLine(System.out));
            Policy policy = ppo.policy();
            policy.save(folder.resolve("policy.rein"));
            policy.exportOnnx(folder.resolve("policy.onnx"));
            return Evaluation.of(policy, () -> new TimeLimit(new HelpDesk(), 60), 100, 1);
        }
    }
}
