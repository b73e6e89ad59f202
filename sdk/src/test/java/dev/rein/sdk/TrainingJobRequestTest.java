package dev.rein.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TrainingJobRequestTest {
    private static final String ROLE = "arn:aws:iam::000000000000:role/R";
    private static final String JOB = "sagemaker-rl-ray-container-2026-11-22-21-49-16-593";

    @TempDir
    Path folder;

    private RecordingPlatform platform;
    private Session session;

    @BeforeEach
    void start() throws IOException {
        platform = new RecordingPlatform();
        session = platform.session();
        Files.writeString(folder.resolve("train.py"), "print('hello')\n");
    }

    @AfterEach
    void stop() {
        session.close();
        platform.close();
    }

    private RLEstimator.Builder ray() {
        return RLEstimator.builder()
                .entryPoint(folder.resolve("train.py").toString())
                .toolkit(RLToolkit.RAY)
                .toolkitVersion("1.6.0")
                .framework(RLFramework.PYTORCH)
                .role(ROLE)
                .instanceType("ml.p3.2xlarge")
                .instanceCount(1)
                .outputPath("s3://mybkt/")
                .session(session);
    }

    private JsonNode created() {
        return platform.only("SageMaker.CreateTrainingJob").json();
    }

    @Nested
    class GivenARayScriptAndABucketOfTheUsers {
        @Test
        void theCallersMapStaysAsItIs() {
            Map<String, Object> mine = new LinkedHashMap<>(Map.of("a", 1));

            ray().hyperparameters(mine).build().fit(Map.of(), false, null, JOB);

            assertThat(mine).containsOnlyKeys("a");
        }

        @Test
        void onlyTheArchiveAndTheJobAreSent() {
            ray().outputPath("s3://mybkt/models").build().fit(Map.of(), false, null, JOB);

            assertThat(platform.operations())
                    .as("the archive drops the prefix of the output")
                    .containsExactly("PUT /mybkt/" + JOB + "/source/sourcedir.tar.gz", "SageMaker.CreateTrainingJob");
        }

        @Test
        void aNameIsMadeOfTheRepositoryAndTheTime() {
            String job = ray().build().fit(Map.of(), false, null, null);

            assertThat(job).matches("sagemaker-rl-ray-container-\\d{4}-\\d\\d-\\d\\d-\\d\\d-\\d\\d-\\d\\d-\\d{3}");
        }

        @Test
        void anEstimatorDoesNotChangeWithTheBuilderItCameFrom() {
            RLEstimator.Builder builder = ray();
            RLEstimator first = builder.build();
            builder.instanceCount(7).build();

            first.fit(Map.of(), false, null, JOB);

            assertThat(created().at("/ResourceConfig/InstanceCount").intValue()).isEqualTo(1);
        }
    }

    @Nested
    class GivenIsolationAndAModelToStartFrom {
        @Test
        void codeAndModelComeInChannelsOfTheirOwn() {
            ray().enableNetworkIsolation(true)
                    .modelUri("s3://models/old.tar.gz")
                    .build()
                    .fit(Map.of("training", TrainingInput.of("s3://data/train")), false, null, JOB);

            assertThat(created().path("InputDataConfig").values().stream()
                            .map(channel -> channel.path("ChannelName").asString()))
                    .containsExactly("training", "code", "model");
            assertThat(created().path("EnableNetworkIsolation").booleanValue()).isTrue();
            assertThat(created()
                            .at("/HyperParameters/sagemaker_submit_directory")
                            .asString())
                    .isEqualTo("\"/opt/ml/input/data/code/sourcedir.tar.gz\"");
        }

        @Test
        void aChannelOfTheSameNameIsRefused() {
            RLEstimator estimator = ray().enableNetworkIsolation(true).build();

            assertThatThrownBy(
                            () -> estimator.fit(Map.of("code", TrainingInput.of("s3://data/train")), false, null, JOB))
                    .hasMessageContaining("Duplicate channel \"code\" not allowed");
            assertThat(platform.calls("SageMaker.CreateTrainingJob")).isEmpty();
        }
    }

    @Nested
    class GivenAFolderOfSources {
        @Test
        void itsChildrenAndTheDependenciesAreAtTheRoot() throws IOException {
            Path source = folder.resolve("src");
            Files.createDirectories(source.resolve("lib"));
            Files.writeString(source.resolve("train.py"), "1");
            Files.writeString(source.resolve("lib/a.py"), "2");
            Path common = Files.createDirectories(folder.resolve("common"));
            Files.writeString(common.resolve("b.py"), "3");
            Files.createSymbolicLink(source.resolve("link.py"), common.resolve("b.py"));

            ray().entryPoint("train.py")
                    .sourceDir(source)
                    .dependencies(List.of(common))
                    .build()
                    .fit(Map.of(), false, null, JOB);

            assertThat(unpacked())
                    .containsExactlyEntriesOf(new TreeMap<>(
                            Map.of("common/b.py", "3", "lib/a.py", "2", "link.py", "3", "train.py", "1")));
        }

        @Test
        void theSameFilesMakeTheSameBytes() throws IOException {
            RLEstimator estimator = ray().build();

            estimator.fit(Map.of(), false, null, JOB);
            estimator.fit(Map.of(), false, null, JOB);

            List<RecordingPlatform.Call> puts = platform.calls("PUT /mybkt/" + JOB + "/source/sourcedir.tar.gz");
            assertThat(puts).hasSize(2);
            assertThat(puts.getFirst().body()).isEqualTo(puts.getLast().body());
        }

        private Map<String, String> unpacked() throws IOException {
            return Tar.files(platform.only("PUT /mybkt/" + JOB + "/source/sourcedir.tar.gz")
                    .body());
        }
    }

    @Nested
    class GivenMistakes {
        @Test
        void allAreNamedAtOnceAndNothingIsCalled() {
            assertThatThrownBy(() -> ray().toolkit(RLToolkit.COACH)
                            .toolkitVersion("1.0.0")
                            .framework(RLFramework.MXNET)
                            .role("not a role!")
                            .instanceType("gpu")
                            .instanceCount(0)
                            .subnets(List.of("subnet-1"))
                            .outputPath("file:///tmp")
                            .entryPoint("absent.py")
                            .inputMode("Fast")
                            .build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(
                            "Provided `coach-1.0.0` and `mxnet` combination is not supported.",
                            "role: \"not a role!\"",
                            "Failed to parse instance type \"gpu\"",
                            "instanceCount: 0",
                            "subnets and securityGroupIds",
                            "outputPath: \"file:///tmp\"",
                            "absent.py",
                            "inputMode: \"Fast\"");
            assertThat(platform.operations()).isEmpty();
        }

        @Test
        void onlyWhatIsMissingOfTheTripleIsAskedFor() {
            var builder = RLEstimator.builder()
                    .entryPoint(folder.resolve("train.py").toString())
                    .toolkit(RLToolkit.RAY)
                    .role(ROLE)
                    .instanceType("ml.m5.large")
                    .instanceCount(1)
                    .session(session);

            assertThatThrownBy(builder::build)
                    .hasMessage("Please provide `toolkit_version`, `framework` or `image_uri` parameter.");
        }

        @Test
        void withNeitherAnImageNorAToolkitBothWaysAreNamed() {
            var builder = RLEstimator.builder()
                    .entryPoint(folder.resolve("train.py").toString())
                    .role(ROLE)
                    .instanceType("ml.m5.large")
                    .instanceCount(1)
                    .session(session);

            assertThatThrownBy(builder::build)
                    .hasMessage("Please provide `toolkit`, `toolkit_version`, `framework` or `image_uri` parameter.");
        }

        @Test
        void anImageAndAToolkitAreRefused() {
            assertThatThrownBy(() -> ray().imageUri("my-rl:1").build())
                    .hasMessageContaining("imageUri: given together");
        }

        @Test
        void aScriptThatIsNotInTheFolderIsNamed() {
            assertThatThrownBy(() -> ray().entryPoint("x.py").sourceDir(folder).build())
                    .hasMessageContaining("No file named \"x.py\" was found in directory \"" + folder + "\".");
        }
    }
}
