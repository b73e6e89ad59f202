package dev.rein.workload.training;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/// The only class that touches the AWS SDK, so that the SDK is loaded only when code must come from S3.
final class S3Download {
    private S3Download() {}

    static void fetch(String uri, Path to, Map<String, String> outer) {
        URI parsed = URI.create(uri);
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .region(Region.of(first(outer, "AWS_REGION", "SAGEMAKER_REGION", "AWS_DEFAULT_REGION")));
        String endpoint = first(outer, "S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
        if (!endpoint.isEmpty()) {
            builder.endpointOverride(URI.create(endpoint)).forcePathStyle(true);
        }
        try (S3Client s3 = builder.build()) {
            s3.getObject(
                    request -> request.bucket(parsed.getAuthority())
                            .key(parsed.getPath().substring(1)),
                    ResponseTransformer.toOutputStream(Files.newOutputStream(to)));
        } catch (SdkException | IOException failed) {
            throw TrainingFailure.configuration(
                    "sagemaker_submit_directory: %s cannot be fetched: %s".formatted(uri, failed.getMessage()), failed);
        }
    }

    private static String first(Map<String, String> outer, String... names) {
        return Stream.of(names)
                .map(name -> outer.getOrDefault(name, ""))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse(names[0].equals("AWS_REGION") ? "us-west-2" : "");
    }
}
