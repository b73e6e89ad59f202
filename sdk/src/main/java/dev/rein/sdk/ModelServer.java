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
/// @param packed      whether the model has to be packed anew, with its code
record ModelServer(String image, Map<String, String> environment, Predictor.Kind kind, boolean packed) {
    /// Chooses the server by what trained.
    static ModelServer of(
            RLEstimator.Builder settings,
            Deployment deployment,
            String trainingImage,
            String region,
            DescribeTrainingJobResponse job) {
        RLToolkit toolkit = settings.toolkit;
        boolean own = toolkit == null || toolkit == RLToolkit.REIN || settings.framework == RLFramework.PYTORCH;
        boolean packed = isPacked(deployment, trainingImage, job, toolkit, settings.codeLocation != null);
        if (own) {
            String image = deployment.imageUri == null ? trainingImage : deployment.imageUri;
            return new ModelServer(image, told(settings, deployment, packed, job), Predictor.Kind.JSON, packed);
        }
        RLFramework framework = requireNonNull(settings.framework);
        String version = Images.find(requireNonNull(toolkit), requireNonNull(settings.toolkitVersion), framework)
                .map(Images.Image::frameworkVersion)
                .orElseThrow();
        boolean mxnet = framework == RLFramework.MXNET;
        String image = deployment.imageUri != null
                ? deployment.imageUri
                : "%s/%s:%s-%s%s"
                        .formatted(
                                Images.firstGenerationRegistry(region),
                                mxnet ? "sagemaker-mxnet" : "sagemaker-tensorflow-serving",
                                version,
                                deployment.instanceType == null ? "cpu" : Images.processor(deployment.instanceType),
                                mxnet ? "-py3" : "");
        return mxnet
                ? new ModelServer(image, told(settings, deployment, packed, job), Predictor.Kind.MXNET, packed)
                : new ModelServer(
                        image,
                        Map.of("SAGEMAKER_TFS_NGINX_LOGLEVEL", nginxLevel(settings.containerLogLevel)),
                        Predictor.Kind.TENSORFLOW,
                        packed);
    }

    /// Rein's own server runs policies and needs no code, unless it is given some.
    private static boolean isPacked(
            Deployment deployment,
            String trainingImage,
            DescribeTrainingJobResponse job,
            @Nullable RLToolkit toolkit,
            boolean codeLocation) {
        if (deployment.entryPoint != null) {
            return true;
        }
        boolean compressed = !"NONE".equals(job.outputDataConfig().compressionTypeAsString());
        return toolkit == null
                && compressed
                && !codeLocation
                && !Images.isReins(trainingImage)
                && code(job).startsWith("s3://");
    }

    private static String nginxLevel(int pythonLevel) {
        return switch (pythonLevel) {
            case 10 -> "debug";
            case 30 -> "warn";
            case 40 -> "error";
            case 50 -> "crit";
            default -> "info";
        };
    }

    /// Where the job's code is.
    static String code(DescribeTrainingJobResponse job) {
        return String.valueOf(Json.decoded(job.hyperParameters().getOrDefault("sagemaker_submit_directory", "\"\"")));
    }

    /// The user's code, for servers that run it.
    private static Map<String, String> told(
            RLEstimator.Builder settings, Deployment deployment, boolean packed, DescribeTrainingJobResponse job) {
        Map<String, String> told = new LinkedHashMap<>();
        told.put(
                "SAGEMAKER_PROGRAM",
                deployment.entryPoint == null
                        ? settings.program()
                        : (deployment.sourceDir == null ? deployment.entryPoint.getFileName() : deployment.entryPoint)
                                .toString());
        if (packed) {
            told.put("SAGEMAKER_SUBMIT_DIRECTORY", "/opt/ml/model/code");
        } else if (!code(job).isEmpty()) {
            told.put("SAGEMAKER_SUBMIT_DIRECTORY", code(job));
        }
        told.put("SAGEMAKER_CONTAINER_LOG_LEVEL", Integer.toString(settings.containerLogLevel));
        String region = job.hyperParameters().get("sagemaker_region");
        if (region != null) {
            told.put("SAGEMAKER_REGION", String.valueOf(Json.decoded(region)));
        }
        return told;
    }
}
