package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rein.sdk.Predictor;
import dev.rein.sdk.RLEstimator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.EndpointStatus;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;
import software.amazon.awssdk.services.sagemakerruntime.model.SageMakerRuntimeException;

/// From training to an endpoint in containers of this machine's Docker: Rein's own image, and one that is nothing but
/// two shell scripts.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerLifeTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String PLAIN = "rein-test-plain:1";
    private static final String WITHOUT_TRAIN = "rein-test-plain:serves";
    private static final String WITHOUT_SERVE = "rein-test-plain:trains";
    private static final String CART_POLE =
            Checkout.root().resolve("examples/cartpole/CartPole.java").toString();

    @TempDir
    private static Path scratch = Path.of("");

    private Path home = Path.of("");
    private Platform platform;
    private Aws aws;

    @BeforeAll
    void open() throws IOException {
        Containers.make("runtimes/image.sh", "rein-toolkit", "rein-toolkit:latest");
        Containers.make("acceptance/src/test/docker/plain.sh", PLAIN);
        Containers.make("acceptance/src/test/docker/plain.sh", WITHOUT_TRAIN, "serve");
        Containers.make("acceptance/src/test/docker/plain.sh", WITHOUT_SERVE, "train");
        home = scratch.resolve("home");
        start();
    }

    private void start() throws IOException {
        platform = Containers.platform(home);
        aws = new Aws(platform.awsEnvironment(), PLAIN);
    }

    @AfterAll
    void stop() throws IOException {
        if (platform != null) {
            aws.close();
            platform.close();
            assertThat(Containers.of(home)).as("left behind").isEmpty();
        }
    }

    @Test
    void sagemakersPythonSdkFitsAttachesDeploysAndPredicts() throws Exception {
        Python.run(
                "sagemaker", "sagemaker_sdk_rl_estimator.py", platform.awsEnvironment(), scratch, CART_POLE, "40000");
    }

    @Test
    void theJavaSdkFitsDeploysPredictsAndDeletes() throws Exception {
        try (var session = platform.session()) {
            RLEstimator estimator = RLEstimator.builder()
                    .session(session)
                    .entryPoint(CART_POLE)
                    .imageUri("rein-toolkit:latest")
                    .role("ReinRole")
                    .instanceType("ml.m5.large")
                    .instanceCount(1)
                    .hyperparameters(Map.of("steps", 40_000, "seed", 4))
                    .build();
            estimator.fit();
            Predictor predictor = estimator.deploy(1, "ml.m5.large");
            assertThat(predictor.predict(0f, 0f, 0.2f, 1f).index()).isEqualTo(1);
            assertThat(predictor.predict(0f, 0f, -0.2f, -1f).index()).isZero();
            String container = only(Containers.of(home), predictor.endpointName());
            predictor.deleteModel();
            predictor.deleteEndpoint();
            Aws.await("its container to be gone", PATIENCE, () -> !containers().contains(container));
        }
    }

    @Test
    void anImageOfTwoScriptsIsTrainedDeployedUpdatedAndFoundAgainByALaterServer() throws Exception {
        aws.model("first", PLAIN, train("first", "one"));
        aws.model("second", PLAIN, train("second", "two"));
        aws.sagemaker.createEndpoint(create -> create.endpointName("plain").endpointConfigName("first"));
        aws.inService("plain", PATIENCE);
        assertThat(ask("plain", "hello")).isEqualTo("one to hello");

        aws.sagemaker.updateEndpoint(update -> update.endpointName("plain").endpointConfigName("second"));
        aws.inService("plain", PATIENCE);
        assertThat(ask("plain", "hello")).isEqualTo("two to hello");
        Aws.await("the first replica to go", PATIENCE, () -> of("plain").size() == 1);

        String container = only(containers(), "plain");
        aws.close();
        platform.leave();
        assertThat(containers()).contains(container);
        start();
        aws.inService("plain", PATIENCE);
        assertThat(ask("plain", "again")).isEqualTo("two to again");
        assertThat(of("plain")).containsExactly(container);

        aws.sagemaker.deleteEndpoint(delete -> delete.endpointName("plain"));
        Aws.await("its container to be gone", PATIENCE, () -> of("plain").isEmpty());
    }

    @Test
    void aJobWithNetworkIsolationHasNoRouteAndItsResultsAllTheSame() throws Exception {
        submit("isolated", PLAIN, "alone", true);
        DescribeTrainingJobResponse job = aws.ended("isolated", PATIENCE);
        assertThat(job.trainingJobStatus()).as(job.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
        assertThat(aws.messages("isolated")).contains("routes: 0, interfaces: lo ");
        assertThat(aws.archive(job.modelArtifacts().s3ModelArtifacts())).containsEntry("answer", "alone");
    }

    /// Where the server is root, as it must be for this.
    @Test
    void aModelWithNetworkIsolationAnswersFromAContainerWithoutANetwork() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can enter a container's network");
        aws.model("shut", PLAIN, train("shut", "nobody"), true);
        aws.sagemaker.createEndpoint(create -> create.endpointName("shut").endpointConfigName("shut"));
        aws.inService("shut", PATIENCE);
        assertThat(ask("shut", "hello")).isEqualTo("nobody to hello");
        assertThat(Containers.network(only(containers(), "endpoint-shut"))).isEqualTo("none");
        aws.sagemaker.deleteEndpoint(delete -> delete.endpointName("shut"));
        Aws.await(
                "its container to be gone", PATIENCE, () -> of("endpoint-shut").isEmpty());
    }

    @Test
    void anImageWithoutTrainFailsItsJobByName() throws Exception {
        submit("trainless", WITHOUT_TRAIN, "never", false);
        DescribeTrainingJobResponse job = aws.ended("trainless", PATIENCE);
        assertThat(job.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
        assertThat(job.failureReason())
                .startsWith("ClientError: ")
                .contains(WITHOUT_TRAIN, "cannot run [train]", "expected: an image made for SageMaker");
    }

    @Test
    void anImageThatIsNowhereFailsItsJobAndSaysHowToGetIt() throws Exception {
        aws.submit(
                "nowhere",
                "true",
                request -> request.algorithmSpecification(algorithm -> algorithm
                        .trainingImage("127.0.0.1:1/no/such:image")
                        .trainingInputMode("File")
                        .trainingImageConfig(config -> config.trainingRepositoryAccessMode("Vpc")
                                .trainingRepositoryAuthConfig(auth -> auth.trainingRepositoryCredentialsProviderArn(
                                        "arn:aws:lambda:us-west-2:000000000000:function:login")))));
        DescribeTrainingJobResponse job = aws.ended("nowhere", PATIENCE);
        assertThat(job.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
        assertThat(job.failureReason())
                .startsWith("ClientError: ")
                .contains("127.0.0.1:1/no/such:image", "docker login");
        assertThat(job.algorithmSpecification().trainingImageConfig().trainingRepositoryAccessModeAsString())
                .isEqualTo("Vpc");
    }

    @Test
    void anImageWithoutServeAndOneThatIsNowhereFailTheirEndpointsByName() throws Exception {
        String archive = train("served-by-none", "never");
        assertThat(failed("serveless", WITHOUT_SERVE, archive)).contains(WITHOUT_SERVE, "cannot run [serve]");
        assertThat(failed("adrift", "127.0.0.1:1/no/such:image", archive))
                .contains("127.0.0.1:1/no/such:image", "docker login");
        assertThat(of("serveless")).isEmpty();
    }

    /// @return why
    private String failed(String endpoint, String image, String archive) throws InterruptedException {
        aws.model(endpoint, image, archive);
        aws.sagemaker.createEndpoint(create -> create.endpointName(endpoint).endpointConfigName(endpoint));
        Aws.await("endpoint %s to fail".formatted(endpoint), PATIENCE, () -> {
            var described = aws.sagemaker.describeEndpoint(describe -> describe.endpointName(endpoint));
            return described.endpointStatus() == EndpointStatus.FAILED;
        });
        return aws.sagemaker
                .describeEndpoint(describe -> describe.endpointName(endpoint))
                .failureReason();
    }

    @Test
    void aModelServerThatDiesIsReplaced() throws Exception {
        aws.model("mortal", PLAIN, train("mortal", "alive"));
        aws.sagemaker.createEndpoint(create -> create.endpointName("mortal").endpointConfigName("mortal"));
        aws.inService("mortal", PATIENCE);
        String container = only(containers(), "mortal");
        Containers.kill(container);
        Aws.await(
                "another in its place",
                PATIENCE,
                () -> !of("mortal").isEmpty() && !of("mortal").contains(container));
        Aws.await("its answer", PATIENCE, () -> answers("mortal"));
        // the tear-down ends it, as it ends what a failed test leaves
    }

    private boolean answers(String endpoint) {
        try {
            return ask(endpoint, "you").equals("alive to you");
        } catch (SageMakerRuntimeException notYet) {
            return false;
        }
    }

    // --- steps ---

    private void submit(String job, String image, String answer, boolean isolated) throws IOException {
        aws.submit(
                job,
                "entry.sh",
                Map.of("entry.sh", ""),
                Map.of("answer", answer),
                request -> request.enableNetworkIsolation(isolated)
                        .algorithmSpecification(
                                algorithm -> algorithm.trainingImage(image).trainingInputMode("File")));
    }

    /// @return the model's archive
    private String train(String job, String answer) throws Exception {
        submit(job, PLAIN, answer, false);
        DescribeTrainingJobResponse ended = aws.ended(job, PATIENCE);
        assertThat(ended.trainingJobStatus())
                .as("%s: %s", ended.failureReason(), aws.messages(job))
                .isEqualTo(TrainingJobStatus.COMPLETED);
        return ended.modelArtifacts().s3ModelArtifacts();
    }

    private String ask(String endpoint, String words) {
        return aws.ask(endpoint, "text/plain", words);
    }

    private List<String> containers() {
        return Containers.of(home);
    }

    private List<String> of(String endpoint) {
        return containers().stream().filter(name -> name.contains(endpoint)).toList();
    }

    private static String only(List<String> containers, String endpoint) {
        assertThat(containers).filteredOn(name -> name.contains(endpoint)).hasSize(1);
        return containers.stream()
                .filter(name -> name.contains(endpoint))
                .findFirst()
                .orElseThrow();
    }
}
