package dev.rein.server.training;

import dev.rein.server.archive.ArchiveException;
import dev.rein.server.archive.ArchiveLimits;
import dev.rein.server.archive.TarGz;
import dev.rein.server.capacity.InstanceType;
import dev.rein.server.objects.ObjectStore;
import dev.rein.server.objects.S3Uri;
import dev.rein.server.training.JobPlan.PlannedHost;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.services.sagemaker.model.Channel;
import software.amazon.awssdk.services.sagemaker.model.TrainingInputMode;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Fills a host's `/opt/ml` as SageMaker's containers expect it: configuration, channels, code, checkpoints.
final class HostFolder {
    private static final JsonMapper JSON = new JsonMapper();

    private final JobPlan plan;
    private final ObjectStore objects;
    private final BooleanSupplier cancelled;
    private final String networkInterface;

    HostFolder(JobPlan plan, ObjectStore objects, BooleanSupplier cancelled, String networkInterface) {
        this.plan = plan;
        this.objects = objects;
        this.cancelled = cancelled;
        this.networkInterface = networkInterface;
    }

    /// @param ml an empty `/opt/ml`
    void fill(Path ml, PlannedHost host) throws IOException, CannotGoOnException {
        Path config = Files.createDirectories(ml.resolve("input/config"));
        for (String folder : List.of("input/data", "model", "code", "output/data", "output/intermediate")) {
            // intermediate: its being there tells the container that the platform does the upload
            Files.createDirectories(ml.resolve(folder));
        }
        write(config.resolve("hyperparameters.json"), hyperparameters());
        write(config.resolve("inputdataconfig.json"), inputData());
        write(config.resolve("resourceconfig.json"), resources(host));
        code(ml.resolve("code"));
        var input = new InputData(objects, cancelled);
        int index = plan.hosts().indexOf(host);
        for (Channel channel : plan.request().inputDataConfig()) {
            Path folder = Files.createDirectories(ml.resolve("input/data").resolve(channel.channelName()));
            input.fetch(channel, folder, index, plan.hosts().size());
        }
        Path checkpoints = Files.createDirectories(ml.resolve(plan.checkpointFolder()));
        Optional<S3Uri> stored = plan.checkpoints();
        if (stored.isPresent()) {
            input.fetchAll(asFolder(stored.get()), checkpoints);
        }
    }

    private static S3Uri asFolder(S3Uri uri) {
        return uri.key().isEmpty() || uri.key().endsWith("/") ? uri : new S3Uri(uri.bucket(), uri.key() + "/");
    }

    private static void write(Path file, ObjectNode json) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(json));
    }

    /// The API's strings, untouched.
    private ObjectNode hyperparameters() {
        ObjectNode json = JSON.createObjectNode();
        plan.request().hyperParameters().forEach(json::put);
        return json;
    }

    private ObjectNode inputData() {
        ObjectNode json = JSON.createObjectNode();
        TrainingInputMode usual = plan.request().algorithmSpecification().trainingInputMode();
        for (Channel channel : plan.request().inputDataConfig()) {
            ObjectNode node = json.putObject(channel.channelName());
            node.put("TrainingInputMode", (channel.inputMode() == null ? usual : channel.inputMode()).toString());
            String distribution = channel.dataSource().s3DataSource().s3DataDistributionTypeAsString();
            node.put("S3DistributionType", distribution == null ? "FullyReplicated" : distribution);
            String wrapper = channel.recordWrapperTypeAsString();
            node.put("RecordWrapperType", wrapper == null ? "None" : wrapper);
            if (channel.contentType() != null) {
                node.put("ContentType", channel.contentType());
            }
        }
        return json;
    }

    private ObjectNode resources(PlannedHost host) {
        ObjectNode json = JSON.createObjectNode();
        json.put("current_host", host.name());
        json.put("current_instance_type", host.type().name());
        json.put("current_group_name", host.group());
        plan.peers().forEach(json.putArray("hosts")::add);
        ArrayNode groups = json.putArray("instance_groups");
        for (String name :
                plan.hosts().stream().map(PlannedHost::group).distinct().toList()) {
            List<PlannedHost> members = plan.hosts().stream()
                    .filter(one -> one.group().equals(name))
                    .toList();
            InstanceType type = members.getFirst().type();
            ObjectNode group = groups.addObject();
            group.put("instance_group_name", name);
            group.put("instance_type", type.name());
            var hosts = new ArrayList<>(members.stream().map(PlannedHost::name).toList());
            hosts.sort(null);
            hosts.forEach(group.putArray("hosts")::add);
        }
        json.put("network_interface_name", networkInterface);
        return json;
    }

    /// Unpacks the user's code, when it is on S3, so that a runtime needs no S3 client to begin.
    private void code(Path into) throws IOException, CannotGoOnException {
        String value = plan.request().hyperParameters().get("sagemaker_submit_directory");
        String location = value == null ? "" : decoded(value);
        if (!location.startsWith("s3://")) {
            return; // a path in the image, or in a channel: the container's matter
        }
        try (InputStream archive = objects.open(S3Uri.parse(location))) {
            TarGz.extract(archive, into, ArchiveLimits.USUAL);
        } catch (IllegalArgumentException | NoSuchFileException e) {
            throw new CannotGoOnException(
                    "ClientError: there is no code at %s (hyperparameter sagemaker_submit_directory)"
                            .formatted(location),
                    e);
        } catch (ArchiveException e) {
            throw new CannotGoOnException(
                    "ClientError: the code at %s cannot be unpacked: %s".formatted(location, e.getMessage()), e);
        }
    }

    /// SDKs send each value as JSON; a value that is none counts as it is.
    private static String decoded(String value) {
        try {
            return JSON.readTree(value).asString(value);
        } catch (JacksonException e) {
            return value;
        }
    }
}
