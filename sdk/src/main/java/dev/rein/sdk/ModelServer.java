package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;

/// What serves a model: an image, what it is told, and how its predictor speaks.
///
/// @param image       of the server
/// @param environment the server is told, beside the estimator's own
/// @param kind        of predictor
record ModelServer(String image, Map<String, String> environment, Predictor.Kind kind) {
    /// Chooses the server by what trained.
    static ModelServer of(
            @Nullable RLToolkit toolkit,
            @Nullable String version,
            @Nullable RLFramework framework,
            String trainingImage,
            String instanceType,
            String program,
            int logLevel,
            DescribeTrainingJobResponse job) {
        if (toolkit == null || toolkit == RLToolkit.REIN || framework == RLFramework.PYTORCH) {
            return new ModelServer(trainingImage, told(program, logLevel, job), Predictor.Kind.JSON);
        }
        String frameworkVersion = Images.find(toolkit, requireNonNull(version), requireNonNull(framework))
                .map(Images.Image::frameworkVersion)
                .orElseThrow();
        String region = trainingImage.split("\\.", -1)[3];
        String registry = Images.firstGenerationRegistry(region) + "/";
        String processor = Images.processor(instanceType);
        return framework == RLFramework.MXNET
                ? new ModelServer(
                        registry + "sagemaker-mxnet:%s-%s-py3".formatted(frameworkVersion, processor),
                        told(program, logLevel, job),
                        Predictor.Kind.MXNET)
                : new ModelServer(
                        registry + "sagemaker-tensorflow-serving:%s-%s".formatted(frameworkVersion, processor),
                        Map.of("SAGEMAKER_TFS_NGINX_LOGLEVEL", "info"),
                        Predictor.Kind.TENSORFLOW);
    }

    /// The user's code, for servers that run it.
    private static Map<String, String> told(String program, int logLevel, DescribeTrainingJobResponse job) {
        Map<String, String> told = new LinkedHashMap<>();
        told.put("SAGEMAKER_PROGRAM", program);
        String code = job.hyperParameters().get("sagemaker_submit_directory");
        if (code != null) {
            told.put("SAGEMAKER_SUBMIT_DIRECTORY", String.valueOf(Json.decoded(code)));
        }
        told.put("SAGEMAKER_CONTAINER_LOG_LEVEL", Integer.toString(logLevel));
        String region = job.hyperParameters().get("sagemaker_region");
        if (region != null) {
            told.put("SAGEMAKER_REGION", String.valueOf(Json.decoded(region)));
        }
        return told;
    }
}
