package dev.rein.acceptance;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs that know nothing of Rein, unmodified, pointed at it by AWS's own environment variables.
class ForeignClientsTest {
    private static final String CART_POLE =
            Checkout.root().resolve("examples/cartpole/CartPole.java").toString();

    @TempDir
    private Path scratch = Path.of("");

    @Test
    void boto3TrainsFollowsDeploysInvokesAndDeletes() throws Exception {
        try (var platform = Platform.start(scratch.resolve("home"))) {
            Python.run("boto3", "boto3_life_of_a_job.py", platform.awsEnvironment(), scratch, CART_POLE, "40000");
        }
    }

    @Test
    void sagemakersPythonSdkFitsAttachesDeploysAndPredicts() throws Exception {
        try (var platform = Platform.start(scratch.resolve("home"))) {
            Python.run(
                    "sagemaker",
                    "sagemaker_sdk_rl_estimator.py",
                    platform.awsEnvironment(),
                    scratch,
                    CART_POLE,
                    "40000");
        }
    }
}
