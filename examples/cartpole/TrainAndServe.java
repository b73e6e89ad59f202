import dev.rein.sdk.Predictor;
import dev.rein.sdk.RLEstimator;
import dev.rein.sdk.RLFramework;
import dev.rein.sdk.RLToolkit;
import java.util.Map;

/// Trains a policy as a job of the platform that runs here (`./rein up`), serves it, and asks it what to do.
public class TrainAndServe {
    public static void main(String[] arguments) {
        RLEstimator estimator = RLEstimator.builder()
                .entryPoint("examples/cartpole/CartPole.java")
                .toolkit(RLToolkit.REIN)
                .toolkitVersion("0.1.0")
                .framework(RLFramework.JVM)
                .role("ReinRole")
                .instanceType("ml.m5.large")
                .instanceCount(1)
                .hyperparameters(Map.of("steps", 120_000))
                .build();
        estimator.fit();
        Predictor predictor = estimator.deploy(1, "ml.m5.large");
        System.out.println(predictor.predict(0f, 0f, 0.05f, 0.1f).index()); // 1: push right
        predictor.deleteEndpoint();
    }
}
