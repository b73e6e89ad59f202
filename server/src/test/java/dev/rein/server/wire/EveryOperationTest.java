package dev.rein.server.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.process.Isolation;
import dev.rein.server.backend.process.ProcessBackend;
import dev.rein.server.capacity.Resources;
import dev.rein.server.endpoint.Endpoints;
import dev.rein.server.endpoint.ServingSettings;
import dev.rein.server.identity.Account;
import dev.rein.server.identity.Identity;
import dev.rein.server.logs.LogApi;
import dev.rein.server.logs.LogStore;
import dev.rein.server.metric.MetricApi;
import dev.rein.server.objects.S3ObjectStore;
import dev.rein.server.store.Database;
import dev.rein.server.store.SqlDocuments;
import dev.rein.server.tag.ResourceTags;
import dev.rein.server.training.TrainingJobs;
import dev.rein.server.training.TrainingSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.utils.builder.Buildable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.cbor.CBORMapper;

/// Every line of operations.txt, filled at random: what is written reads back the same, and no nonsense gets more
/// than an error of the caller's fault.
final class EveryOperationTest {
    private static final Map<String, String> PACKAGES = Map.of(
            "sagemaker", "sagemaker", "logs", "cloudwatchlogs", "monitoring", "cloudwatch", "sts", "sts", "iam", "iam");

    private static final List<ServiceModel> MODELS = ServiceModel.all();
    private static final JsonMapper JSON = new JsonMapper();
    private static final CBORMapper CBOR = new CBORMapper();
    private static final List<HostRuntime> RUNTIMES = List.of(new HostRuntime(
            "shell", List.of("shell:*"), List.of("/bin/true"), List.of("/bin/true"), List.of(), Map.of()));
    private static final Caller CALLER = new Caller("AKIA", "000000000000", "us-west-2", "arn:aws:iam::0:user/x");

    /// @param service as in the credential scope
    record Operation(String service, String name) {
        SdkPojo builder(String part) {
            try {
                Method builder = Class.forName(
                                "software.amazon.awssdk.services." + PACKAGES.get(service) + ".model." + name + part)
                        .getMethod("builder");
                return (SdkPojo) builder.invoke(null);
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(this + " has no " + part, e);
            }
        }

        @Override
        public String toString() {
            return service + "." + name;
        }
    }

    static Stream<Operation> operations() {
        return MODELS.stream()
                .flatMap(model ->
                        model.inputs().keySet().stream().sorted().map(name -> new Operation(model.name(), name)));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void whatIsWrittenReadsBackTheSame(Operation operation) {
        long seed = new SecureRandom().nextLong();
        var random = new Random(seed);
        for (String part : List.of("Request", "Response")) {
            for (int i = 0; i < 10; i++) {
                SdkPojo filled = (SdkPojo) ((Buildable) filled(operation.builder(part), random, 0)).build();
                SdkPojo read = PojoJson.parse(PojoJson.text(filled), operation.builder(part), SdkPojo.class);
                assertThat(read.equalsBySdkFields(filled))
                        .as("seed %d: %s", seed, filled)
                        .isTrue();
                read = PojoJson.read(
                        CBOR.readTree(PojoJson.bytes(filled, CBOR)), operation.builder(part), SdkPojo.class);
                assertThat(read.equalsBySdkFields(filled))
                        .as("CBOR, seed %d: %s", seed, filled)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void nonsenseIsTheCallersFault(Operation operation) {
        long seed = new SecureRandom().nextLong();
        var random = new Random(seed);
        ServiceModel model = model(operation.service());
        ApiTable table = table(operation);
        Optional<String> input = model.inputs().getOrDefault(operation.name(), Optional.empty());
        for (int i = 0; i < 150; i++) {
            JsonNode tree =
                    input.isEmpty() ? JSON.createObjectNode() : nonsense(model, model.shape(input.get()), random, 0);
            try {
                assertThat(call(table, model, operation, tree).status()).isEqualTo(200);
            } catch (ApiException e) {
                assertThat(e.code().status()).as("seed %d: %s", seed, tree).isBetween(400, 499);
                assertThat(e.code()).isIn(ErrorCode.VALIDATION, ErrorCode.SERIALIZATION);
            } catch (RuntimeException | StackOverflowError e) {
                fail("seed %d, %s: %s".formatted(seed, operation, tree), e);
            }
        }
    }

    @Test
    void whoAnswersForRealTakesNoNonsenseForAFaultOfItsOwn(@TempDir Path folder) throws IOException {
        long seed = new SecureRandom().nextLong();
        var random = new Random(seed);
        Clock clock = Clock.systemUTC();
        ApiTable table = ApiTable.load();
        var keys = StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIA", "secret"));
        try (var documents = SqlDocuments.open(new Database.Location.SqliteFile(folder.resolve("rein.db")), clock);
                var objects = new S3ObjectStore(URI.create("http://127.0.0.1:1"), "us-west-2", keys);
                var backend = ProcessBackend.open(folder.resolve("hosts"), Isolation.PLAIN);
                var logs = LogStore.open(folder.resolve("logs"), clock);
                var jobs = new TrainingJobs(
                        documents,
                        objects,
                        backend,
                        logs,
                        RUNTIMES,
                        TrainingSettings.usual(folder.resolve("t")),
                        clock);
                var endpoints = new Endpoints(
                        documents,
                        objects,
                        backend,
                        logs,
                        RUNTIMES,
                        ServingSettings.usual(folder.resolve("s"), Map.of(), Resources.ofThisMachine()),
                        clock)) {
            new Identity(Account.local(), Instant.EPOCH).register(table);
            new ResourceTags(documents).register(table);
            new LogApi(logs).register(table);
            jobs.register(table);
            endpoints.register(table);
            new MetricApi(jobs.metrics(), clock).register(table);
            Map<String, Integer> answered = new TreeMap<>();
            for (Operation operation : operations().toList()) {
                ServiceModel model = model(operation.service());
                Optional<String> input = model.inputs().getOrDefault(operation.name(), Optional.empty());
                for (int i = 0; i < 150; i++) {
                    JsonNode tree = input.isEmpty()
                            ? JSON.createObjectNode()
                            : nonsense(model, model.shape(input.get()), random, 0);
                    try {
                        call(table, model, operation, tree);
                        answered.merge(operation.toString(), 1, Integer::sum);
                    } catch (ApiException e) {
                        assertThat(e.code().status())
                                .as("seed %d: %s", seed, tree)
                                .isBetween(400, 499);
                    } catch (RuntimeException | StackOverflowError e) {
                        fail("seed %d, %s: %s".formatted(seed, operation, tree), e);
                    }
                }
            }
            assertThat(answered).as("some of it makes sense").hasSizeGreaterThan(5);
        }
    }

    @Test
    void bodiesThatAreNoJsonAreToldSo() {
        var operation = new Operation("sagemaker", "CreateTrainingJob");
        ApiTable table = table(operation);
        for (String body :
                List.of("{", "nope", "[1,2]", "\"text\"", "{\"a\":" + "[".repeat(100_000), "\u0000", "{}}")) {
            assertThatThrownBy(() -> table.resolve("/", "SageMaker.CreateTrainingJob", null, Optional.of("sagemaker"))
                            .run(body.getBytes(UTF_8), null, CALLER, "id"))
                    .as(body.substring(0, Math.min(20, body.length())))
                    .isInstanceOfSatisfying(
                            ApiException.class,
                            e -> assertThat(e.code().status()).isEqualTo(400));
        }
    }

    @Test
    void bodiesThatAreNoCborAreToldSo() {
        long seed = new SecureRandom().nextLong();
        var random = new Random(seed);
        ApiTable table = table(new Operation("monitoring", "ListMetrics"));
        for (int i = 0; i < 2_000; i++) {
            byte[] body = new byte[random.nextInt(1, 40)];
            random.nextBytes(body);
            try {
                var call = table.resolve(
                        "/service/GraniteServiceVersion20100801/operation/ListMetrics",
                        null,
                        "application/cbor",
                        Optional.of("monitoring"));
                assertThat(call.run(body, null, CALLER, "id").status()).isEqualTo(200);
            } catch (ApiException e) {
                assertThat(e.code().status()).isEqualTo(400);
            } catch (RuntimeException e) {
                fail("seed %d: %s".formatted(seed, java.util.HexFormat.of().formatHex(body)), e);
            }
        }
    }

    @Test
    void whatNobodyAnswersIsAnUnknownOperation() {
        ApiTable table = ApiTable.load();
        for (String target : List.of("SageMaker.CreateNothing", "SageMaker.ListModels", "Other.ListModels", "", ".")) {
            var call = table.resolve("/", target, null, Optional.of("sagemaker"));
            assertThatThrownBy(() -> call.run(new byte[0], null, CALLER, "id"))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION));
        }
        var query = table.resolve("/", null, null, Optional.of("sts"));
        assertThatThrownBy(() -> query.run("Action=AssumeRole".getBytes(UTF_8), null, CALLER, "id"))
                .isInstanceOf(ApiException.class);
        assertThatThrownBy(() -> table.on("sagemaker", "CreateNothing", () -> null, (request, caller) -> request))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void everyViolationIsToldInAwsWords() {
        var operation = new Operation("sagemaker", "CreateTrainingJob");
        JsonNode tree = JSON.readTree("""
                {"TrainingJobName": "a b", "RoleArn": "arn:aws:iam::000000000000:role/R",
                 "AlgorithmSpecification": {"TrainingInputMode": "Floppy", "TrainingImage": "i"},
                 "InputDataConfig": [{"ChannelName": "no space", "DataSource": {}}],
                 "OutputDataConfig": {"S3OutputPath": "ftp://x"},
                 "ResourceConfig": {"InstanceType": "ml.new9.42xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
                 "StoppingCondition": {"MaxRuntimeInSeconds": 0},
                 "HyperParameters": {"ok": "1", "%s": "v"},
                 "VpcConfig": {"SecurityGroupIds": ["bad id"], "Subnets": ["s-1"]},
                 "Unknown": {"of": "a newer client"}}""".formatted("k".repeat(257)));
        assertThatThrownBy(() -> call(table(operation), model("sagemaker"), operation, tree))
                .hasMessageStartingWith("7 validation errors detected: Value ")
                .hasMessageContaining("Value 'a b' at 'trainingJobName' failed to satisfy constraint: Member must "
                        + "satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
                .hasMessageContaining("Value 'Floppy' at 'algorithmSpecification.trainingInputMode' failed to satisfy "
                        + "constraint: Member must satisfy enum value set: [")
                .hasMessageContaining("at 'inputDataConfig.1.member.channelName' failed to satisfy")
                .hasMessageContaining("Value '0' at 'stoppingCondition.maxRuntimeInSeconds' failed to satisfy "
                        + "constraint: Member must have value greater than or equal to 1")
                .hasMessageContaining("at 'hyperParameters' failed to satisfy constraint: Map keys must satisfy "
                        + "constraint: [Member must have length less than or equal to 256]")
                .hasMessageContaining("Value '[bad id]' at 'vpcConfig.securityGroupIds' failed to satisfy constraint: "
                        + "Member must satisfy constraint: [Member must satisfy regular expression pattern: ");
    }

    @Test
    void xmlAnswersAreWellFormedWhateverTheyHold() throws Exception {
        long seed = new SecureRandom().nextLong();
        var random = new Random(seed);
        for (Operation operation :
                List.of(new Operation("iam", "GetRole"), new Operation("sts", "GetCallerIdentity"))) {
            for (int i = 0; i < 50; i++) {
                SdkPojo filled = (SdkPojo) ((Buildable) filled(operation.builder("Response"), random, 0)).build();
                var dialect = new Dialect.Query("https://example.com/doc/");
                parseXml(dialect.answer(operation.name(), filled, "id").body());
                parseXml(dialect.error(ApiException.validation(text(random)), "id")
                        .body());
            }
        }
    }

    private static void parseXml(byte[] xml) throws Exception {
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(xml));
    }

    private static ServiceModel model(String name) {
        return MODELS.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ApiTable table(Operation operation) {
        ApiTable table = ApiTable.load();
        table.on(operation.service(), operation.name(), () -> operation.builder("Request"), (request, caller) ->
                (SdkPojo) ((Buildable) operation.builder("Response")).build());
        return table;
    }

    private static WireAnswer call(ApiTable table, ServiceModel model, Operation operation, JsonNode tree) {
        if (model.targetPrefix() != null) {
            return table.resolve("/", model.targetPrefix() + "." + operation.name(), null, Optional.of(model.name()))
                    .run(JSON.writeValueAsBytes(tree), null, CALLER, "id");
        }
        List<String> form = new ArrayList<>(List.of("Action=" + operation.name()));
        tree.properties()
                .forEach(member -> form.add(URLEncoder.encode(member.getKey(), UTF_8) + "="
                        + URLEncoder.encode(member.getValue().asString(""), UTF_8)));
        return table.resolve("/", null, null, Optional.of(model.name()))
                .run(String.join("&", form).getBytes(UTF_8), null, CALLER, "id");
    }

    /// Fills most fields of a builder.
    private static SdkPojo filled(SdkPojo builder, Random random, int depth) {
        for (SdkField<?> field : builder.sdkFields()) {
            if (random.nextInt(5) > 0 && depth < 6) {
                field.set(builder, value(field, random, depth));
            }
        }
        return builder;
    }

    private static Object value(SdkField<?> field, Random random, int depth) {
        return switch (field.marshallingType().getKnownType()) {
            case STRING -> text(random);
            case INTEGER -> random.nextInt();
            case LONG -> random.nextLong();
            case SHORT -> (short) random.nextInt();
            case BYTE -> (byte) random.nextInt();
            case FLOAT -> random.nextFloat();
            case DOUBLE -> random.nextGaussian() * 1e9;
            case BIG_DECIMAL -> BigDecimal.valueOf(random.nextLong(), 3);
            case BOOLEAN -> random.nextBoolean();
            case INSTANT -> Instant.ofEpochMilli(random.nextLong(4_000_000_000_000L));
            case SDK_BYTES -> SdkBytes.fromUtf8String(text(random));
            case SDK_POJO -> ((Buildable) filled(field.constructor().get(), random, depth + 1)).build();
            case LIST -> {
                List<Object> items = new ArrayList<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    items.add(value(field.getTrait(ListTrait.class).memberFieldInfo(), random, depth + 1));
                }
                yield items;
            }
            case MAP -> {
                Map<String, Object> entries = new LinkedHashMap<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    entries.put(
                            text(random), value(field.getTrait(MapTrait.class).valueFieldInfo(), random, depth + 1));
                }
                yield entries;
            }
            default -> throw new AssertionError(field.marshallingType());
        };
    }

    /// Nearly right: members missing, null, of the wrong type, at their bounds or beyond, and ones nobody knows.
    private static JsonNode nonsense(ServiceModel model, Shape shape, Random random, int depth) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (random.nextInt(25) == 0) {
            return switch (random.nextInt(7)) {
                case 0 -> nodes.nullNode();
                case 1 -> nodes.stringNode(text(random));
                case 2 -> nodes.numberNode(random.nextLong());
                case 3 -> nodes.numberNode(new BigDecimal("1e400"));
                case 4 -> nodes.booleanNode(true);
                case 5 -> nodes.arrayNode().add("x").addNull();
                default -> nodes.objectNode().put("x", 1);
            };
        }
        return switch (shape) {
            case Shape.Structure structure -> {
                ObjectNode out = nodes.objectNode();
                structure.members().forEach((name, member) -> {
                    boolean wanted =
                            structure.required().contains(name) ? random.nextInt(20) > 0 : random.nextInt(3) == 0;
                    if (wanted && depth < 8) {
                        out.set(name, nonsense(model, model.shape(member), random, depth + 1));
                    }
                });
                if (random.nextInt(5) == 0) {
                    out.put("NobodyKnows", text(random));
                }
                yield out;
            }
            case Shape.Items items -> {
                var out = nodes.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    out.add(nonsense(model, model.shape(items.member()), random, depth + 1));
                }
                yield out;
            }
            case Shape.Entries entries -> {
                var out = nodes.objectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    out.set(text(random), nonsense(model, model.shape(entries.value()), random, depth + 1));
                }
                yield out;
            }
            case Shape.Text words ->
                nodes.stringNode(
                        !words.values().isEmpty() && random.nextInt(4) > 0
                                ? words.values()
                                        .get(random.nextInt(words.values().size()))
                                : random.nextInt(10) == 0 ? "x-".repeat(random.nextInt(40_000)) : text(random));
            case Shape.Numeric number ->
                number.whole() ? nodes.numberNode(random.nextInt(100) - 5) : nodes.numberNode(random.nextGaussian());
            case Shape.Flag _ -> nodes.booleanNode(random.nextBoolean());
            case Shape.Time _ -> nodes.numberNode(random.nextInt());
            case Shape.Blob _ -> nodes.stringNode("AAAA");
        };
    }

    /// What gets past the first look: names, addresses and tokens, right and nearly so.
    private static final List<String> PLAUSIBLE = List.of(
            "a",
            "job-1",
            "0",
            "-1",
            "s3://bucket/key",
            "s3://",
            "s3:///x",
            "s3://b/../../x",
            "s3://b/%2e%2e/",
            "arn:aws:iam::000000000000:role/ReinRole",
            "arn:aws:sagemaker:us-west-2:000000000000:training-job/job-1",
            "arn:aws:sagemaker:us-west-2:000000000000:/",
            "arn:::::",
            "ml.m5.large",
            "ml.m5.999xlarge",
            "ml.m5.0xlarge",
            "local",
            "rein-toolkit:latest",
            "shell:1",
            "/opt/ml/../../etc",
            "AAAA",
            "bnVsbA==",
            "MTo6",
            "(",
            "(a+)+$",
            "[0-9",
            "/aws/sagemaker/TrainingJobs",
            "p50",
            "p1e9",
            "PT3H",
            "TrainingJobName",
            "true",
            "1e999");

    private static String text(Random random) {
        if (random.nextInt(3) > 0) {
            return PLAUSIBLE.get(random.nextInt(PLAUSIBLE.size()));
        }
        var out = new StringBuilder();
        int[] alphabet =
                "abcXYZ019-_./: <>&\"'\\\n\u0000\u0007üß漢🚀".codePoints().toArray();
        for (int i = random.nextInt(30); i > 0; i--) {
            out.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
        }
        return out.toString();
    }
}
