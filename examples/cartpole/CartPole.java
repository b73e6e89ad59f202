import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.ProgressLine;
import dev.rein.workload.TrainingEnvironment;
import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;

/// Learns to balance a pole on a cart (Gymnasium's CartPole-v1) with PPO, shows that it can, and saves the policy.
///
/// A training job's entry point that runs without a job too: hyperparameters then come from the command line
/// (`--steps 50000 --seed 3`, and any of PPO's own, such as `--learning_rate 0.001`) and the policy goes to
/// `./model`.
public class CartPole {
    public static void main(String[] arguments) throws IOException {
        var job = TrainingEnvironment.current(arguments);
        long steps = job.hyperparameters().integer("steps", 120_000);
        long seed = job.hyperparameters().integer("seed", 1);
        // shorter sight than the defaults: a pole that falls is punished within a second
        var ppo = PpoHyperParameters.defaults()
                .with(Map.of("gamma", "0.98", "gae_lambda", "0.8"))
                .with(job.hyperparameters().others());
        Supplier<Environment> cartPole = dev.rein.toolkit.environment.classic.CartPole::v1;

        try (var learner = new Ppo(ppo, cartPole, seed)) {
            learner.train(steps, new ProgressLine(System.out));
            var policy = learner.policy();

            System.out.println(Evaluation.of(policy, cartPole, 100, seed));
            policy.save(job.modelDir().resolve("policy.rein"));
            policy.exportOnnx(job.modelDir().resolve("policy.onnx"));
        }
    }
}
