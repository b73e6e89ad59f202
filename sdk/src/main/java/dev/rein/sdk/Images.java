package dev.rein.sdk;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which image a (toolkit, version, framework) triple stands for: Amazon's table as the SageMaker Python SDK 2.257
/// has it, and Rein's own.
final class Images {
    /// @param frameworkVersion the framework in the image
    /// @param repository       of the registry
    /// @param tagPrefix        before `-<cpu|gpu>-<python>`
    /// @param python           the image's Python
    /// @param legacy           whether it is in the accounts of the first generation
    record Image(String frameworkVersion, String repository, String tagPrefix, String python, boolean legacy) {}

    private record Triple(RLToolkit toolkit, RLFramework framework, String version) {}

    private static final String TENSORFLOW = "sagemaker-rl-tensorflow";
    private static final String MXNET = "sagemaker-rl-mxnet";
    private static final String RAY = "sagemaker-rl-ray-container";

    private static final Map<Triple, Image> TABLE = Map.ofEntries(
            legacy(RLToolkit.COACH, RLFramework.TENSORFLOW, "0.10", "1.11", TENSORFLOW),
            legacy(RLToolkit.COACH, RLFramework.TENSORFLOW, "0.10.1", "1.11", TENSORFLOW),
            legacy(RLToolkit.COACH, RLFramework.TENSORFLOW, "0.11.0", "1.11", TENSORFLOW),
            legacy(RLToolkit.COACH, RLFramework.TENSORFLOW, "0.11", "1.12", TENSORFLOW),
            legacy(RLToolkit.COACH, RLFramework.TENSORFLOW, "0.11.1", "1.12", TENSORFLOW),
            Map.entry(
                    new Triple(RLToolkit.COACH, RLFramework.TENSORFLOW, "1.0.0"),
                    new Image("1.12", "sagemaker-rl-coach-container", "coach-1.0.0-tf", "py3", false)),
            legacy(RLToolkit.COACH, RLFramework.MXNET, "0.11", "1.3", MXNET),
            legacy(RLToolkit.COACH, RLFramework.MXNET, "0.11.0", "1.3", MXNET),
            legacy(RLToolkit.RAY, RLFramework.TENSORFLOW, "0.5", "1.11", TENSORFLOW),
            legacy(RLToolkit.RAY, RLFramework.TENSORFLOW, "0.5.3", "1.11", TENSORFLOW),
            legacy(RLToolkit.RAY, RLFramework.TENSORFLOW, "0.6", "1.12", TENSORFLOW),
            legacy(RLToolkit.RAY, RLFramework.TENSORFLOW, "0.6.5", "1.12", TENSORFLOW),
            ray(RLFramework.TENSORFLOW, "0.8.2", "2.1", "tf", "py36"),
            ray(RLFramework.TENSORFLOW, "0.8.5", "2.1", "tf", "py36"),
            ray(RLFramework.TENSORFLOW, "1.6.0", "2.5.0", "tf", "py37"),
            ray(RLFramework.PYTORCH, "0.8.5", "1.5", "torch", "py36"),
            ray(RLFramework.PYTORCH, "1.6.0", "1.8.1", "torch", "py36"));

    private static final String SECOND_GENERATION = "462105765813";
    private static final List<String> SECOND_GENERATION_REGIONS = List.of(
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-south-1",
            "ap-southeast-1",
            "ap-southeast-2",
            "ca-central-1",
            "eu-central-1",
            "eu-west-1",
            "eu-west-2",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2");
    private static final String FIRST_GENERATION = "520713654638";
    private static final Map<String, String> FIRST_GENERATION_ELSEWHERE = Map.ofEntries(
            Map.entry("eu-north-1", FIRST_GENERATION),
            Map.entry("eu-west-3", FIRST_GENERATION),
            Map.entry("sa-east-1", FIRST_GENERATION),
            Map.entry("af-south-1", "313743910680"),
            Map.entry("ap-east-1", "057415533634"),
            Map.entry("eu-south-1", "048378556238"),
            Map.entry("me-south-1", "724002660598"),
            Map.entry("cn-north-1", "422961961927"),
            Map.entry("cn-northwest-1", "423003514399"),
            Map.entry("us-gov-west-1", "246785580436"),
            Map.entry("us-iso-east-1", "744548109606"),
            Map.entry("us-isob-east-1", "453391408702"));

    /// Families that Amazon has no reinforcement-learning image for.
    private static final List<String> GRAVITON = List.of("m6g", "m6gd", "c6g", "c6gd", "c6gn", "c7g", "r6g", "r6gd");

    private static final Pattern TOOLKIT_IMAGE =
            Pattern.compile(".*/(sagemaker-rl-[a-z-]+):(coach|ray)-?([0-9.]+)(?:-(tf|torch))?-(?:cpu|gpu)-py\\d+");
    private static final Pattern REIN_IMAGE = Pattern.compile("rein-toolkit:([0-9][0-9A-Za-z.-]*)");

    private Images() {}

    private static Map.Entry<Triple, Image> legacy(
            RLToolkit toolkit, RLFramework framework, String version, String frameworkVersion, String repository) {
        return Map.entry(
                new Triple(toolkit, framework, version),
                new Image(frameworkVersion, repository, toolkit.wireName() + version, "py3", true));
    }

    private static Map.Entry<Triple, Image> ray(
            RLFramework framework, String version, String frameworkVersion, String suffix, String python) {
        return Map.entry(
                new Triple(RLToolkit.RAY, framework, version),
                new Image(frameworkVersion, RAY, "ray-" + version + "-" + suffix, python, false));
    }

    static boolean isSupported(RLToolkit toolkit, String version, RLFramework framework) {
        return toolkit == RLToolkit.REIN
                ? framework == RLFramework.JVM && !version.isBlank()
                : TABLE.containsKey(new Triple(toolkit, framework, version));
    }

    /// Versions of a toolkit and framework, for messages.
    static List<String> versions(RLToolkit toolkit, RLFramework framework) {
        return TABLE.keySet().stream()
                .filter(triple -> triple.toolkit() == toolkit && triple.framework() == framework)
                .map(Triple::version)
                .sorted()
                .toList();
    }

    static Optional<Image> find(RLToolkit toolkit, String version, RLFramework framework) {
        return Optional.ofNullable(TABLE.get(new Triple(toolkit, framework, version)));
    }

    /// @throws IllegalArgumentException if there is no such image in the region, or for the instance type
    static String trainingImage(
            RLToolkit toolkit, String version, RLFramework framework, String region, String instanceType) {
        if (toolkit == RLToolkit.REIN) {
            return "rein-toolkit:" + version;
        }
        Image image = find(toolkit, version, framework)
                .orElseThrow(
                        () -> new IllegalArgumentException("Provided `%s-%s` and `%s` combination is not supported."
                                .formatted(toolkit.wireName(), version, framework.wireName())));
        unsupported(toolkit, version, framework, region)
                .or(() -> unsupported(toolkit, instanceType))
                .ifPresent(problem -> {
                    throw new IllegalArgumentException(problem);
                });
        return "%s/%s:%s-%s-%s"
                .formatted(
                        image.legacy() ? firstGenerationRegistry(region) : registry(SECOND_GENERATION, region),
                        image.repository(),
                        image.tagPrefix(),
                        processor(instanceType),
                        image.python());
    }

    /// Why there is no image of a supported triple in a region; empty if there is one.
    static Optional<String> unsupported(RLToolkit toolkit, String version, RLFramework framework, String region) {
        return toolkit == RLToolkit.REIN
                ? Optional.empty()
                : find(toolkit, version, framework).flatMap(image -> {
                    List<String> regions = regions(image);
                    return regions.contains(region)
                            ? Optional.empty()
                            : Optional.of("Unsupported region: %s. Supported region(s): %s."
                                    .formatted(region, String.join(", ", regions)));
                });
    }

    private static List<String> regions(Image image) {
        List<String> regions = new ArrayList<>(SECOND_GENERATION_REGIONS);
        if (image.legacy()) {
            regions.addAll(FIRST_GENERATION_ELSEWHERE.keySet());
        }
        return regions.stream().sorted().toList();
    }

    /// Why a toolkit's image cannot run on an instance type; empty if it can. Rein's own runs on any.
    static Optional<String> unsupported(RLToolkit toolkit, String instanceType) {
        if (toolkit == RLToolkit.REIN) {
            return Optional.empty();
        }
        String family = family(instanceType);
        if (family.startsWith("trn")) {
            return Optional.of(
                    "instanceType: %s is Trainium, which %s has no image for (expected: a cpu or gpu instance)."
                            .formatted(instanceType, toolkit.wireName()));
        }
        if (GRAVITON.contains(family)) {
            return Optional.of(
                    "instanceType: %s is Graviton, which %s has no image for (expected: a cpu or gpu instance)."
                            .formatted(instanceType, toolkit.wireName()));
        }
        if (family.startsWith("inf")) {
            return Optional.of("Unsupported processor: inf. instanceType: %s (expected: a cpu or gpu instance)."
                    .formatted(instanceType));
        }
        return Optional.empty();
    }

    private static String family(String instanceType) {
        String[] parts = instanceType.split("\\.", -1);
        return parts.length == 3 ? parts[1] : instanceType;
    }

    /// The registry of the first generation, which also holds the images that serve.
    static String firstGenerationRegistry(String region) {
        String account =
                SECOND_GENERATION_REGIONS.contains(region) ? FIRST_GENERATION : FIRST_GENERATION_ELSEWHERE.get(region);
        if (account == null) {
            throw new IllegalArgumentException("Unsupported region: " + region);
        }
        return registry(account, region);
    }

    private static String registry(String account, String region) {
        String suffix = switch (region) {
            case "cn-north-1", "cn-northwest-1" -> "amazonaws.com.cn";
            case "us-iso-east-1" -> "c2s.ic.gov";
            case "us-isob-east-1" -> "sc2s.sgov.gov";
            default -> "amazonaws.com";
        };
        return "%s.dkr.ecr.%s.%s".formatted(account, region, suffix);
    }

    /// `cpu` or `gpu`, told by the family's letter as Amazon names them.
    static String processor(String instanceType) {
        String family = family(instanceType);
        return family.startsWith("g") || family.startsWith("p") ? "gpu" : "cpu";
    }

    /// What a toolkit image was made from.
    record Origin(RLToolkit toolkit, String version, RLFramework framework) {
        /// Whether the table gives this very image again.
        boolean isImage(String image, String region, String instanceType) {
            return isSupported(toolkit, version, framework)
                    && unsupported(toolkit, version, framework, region).isEmpty()
                    && unsupported(toolkit, instanceType).isEmpty()
                    && image.equals(trainingImage(toolkit, version, framework, region, instanceType));
        }
    }

    /// Whether an image is Rein's own.
    static boolean isReins(String image) {
        return image.substring(image.lastIndexOf('/') + 1).startsWith("rein-toolkit");
    }

    /// The triple an image stands for, second-generation and Rein's own images included.
    static Optional<Origin> origin(String image) {
        Matcher rein = REIN_IMAGE.matcher(image);
        if (rein.matches()) {
            return Optional.of(new Origin(RLToolkit.REIN, rein.group(1), RLFramework.JVM));
        }
        Matcher toolkit = TOOLKIT_IMAGE.matcher(image);
        if (!toolkit.matches()) {
            return Optional.empty();
        }
        RLFramework framework = switch (toolkit.group(1)) {
            case MXNET -> RLFramework.MXNET;
            case RAY -> "torch".equals(toolkit.group(4)) ? RLFramework.PYTORCH : RLFramework.TENSORFLOW;
            default -> RLFramework.TENSORFLOW;
        };
        return Optional.of(new Origin(
                toolkit.group(2).equals("ray") ? RLToolkit.RAY : RLToolkit.COACH, toolkit.group(3), framework));
    }
}
