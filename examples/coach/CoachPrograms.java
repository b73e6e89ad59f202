import dev.rein.sdk.Predictor;
import dev.rein.sdk.RLEstimator;
import dev.rein.sdk.RLFramework;
import dev.rein.sdk.RLToolkit;
import java.util.List;

/// The programs of the SageMaker documentation's page on RL, in Java: `tensorflow` trains with Coach on TensorFlow,
/// `mxnet` trains on MXNet and serves the policy, `attach JOB` waits for a job that somebody started.
public class CoachPrograms {
    public static void main(String[] arguments) {
        switch (arguments.length == 0 ? "tensorflow" : arguments[0]) {
            case "tensorflow" ->
                coach("0.11.1", RLFramework.TENSORFLOW, "ml.p3.2xlarge").fit();
            case "mxnet" -> {
                RLEstimator estimator = coach("0.11.0", RLFramework.MXNET, "ml.c4.2xlarge");
                estimator.fit();
                Predictor predictor = estimator.deploy(1, "ml.m4.xlarge");
                System.out.println(predictor.predict((Object) List.of(List.of(0f, 0f, 0.05f, 0.1f))));
                predictor.deleteEndpoint();
            }
            case "attach" -> System.out.println(RLEstimator.attach(arguments[1]).modelData());
            default ->
                throw new IllegalArgumentException(
                        arguments[0] + " (expected: tensorflow, mxnet, or attach and the name of a job)");
        }
    }

    private static RLEstimator coach(String version, RLFramework framework, String instanceType) {
        return RLEstimator.builder()
                .entryPoint("examples/coach/coach-train.py")
                .toolkit(RLToolkit.COACH)
                .toolkitVersion(version)
                .framework(framework)
                .role("SageMakerRole")
                .instanceType(instanceType)
                .instanceCount(1)
                .build();
    }
}
