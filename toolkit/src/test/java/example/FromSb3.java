package example;

import dev.rein.toolkit.environment.registry.Environments;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.report.Csv;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.Training;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

final class FromSb3 {
    private FromSb3() {}

    static Evaluation train(Path folder, long budget) throws IOException {
        var cartPole = Environments.maker("CartPole-v1");
        var ppo = PpoHyperParameters.defaults()
                .with(Map.of("n_envs", "8", "n_steps", "32", "batch_size", "256", "n_epochs", "20"))
                .with(Map.of("gamma", "0.98", "gae_lambda", "0.8", "ent_coef", "0"))
                .with(Map.of("learning_rate", "lin_0.001", "clip_range", "lin_0.2"))
                .with("normalize_observations", true);
        try (var learner = new Ppo(ppo, cartPole, 1);
                var csv = new Csv(folder.resolve("progress.csv"))) {
            var result = Training.of(learner)
                    .budget(budget)
                    .listener(csv)
                    .evaluation(cartPole, 10_000, 20)
                    .stopAtReturn(475)
                    .checkpoint(folder.resolve("checkpoint"), 20_000)
                    .run();
            result.best().save(folder.resolve("policy.rein"));
            result.best().exportOnnx(folder.resolve("policy.onnx"));
        }
        var policy = Policy.load(folder.resolve("policy.rein"));
        System.out.println(policy.act(0, 0, 0.05f, 0.1f)[0]);
        return Evaluation.of(policy, cartPole, 100, 1);
    }
}
