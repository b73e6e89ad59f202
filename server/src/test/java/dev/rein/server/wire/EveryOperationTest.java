package dev.rein.server.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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

    private static String text(Random random) {
        var out = new StringBuilder();
        int[] alphabet =
                "abcXYZ019-_./: <>&\"'\\\n\u0000\u0007üß漢🚀".codePoints().toArray();
        for (int i = random.nextInt(30); i > 0; i--) {
            out.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
        }
        return out.toString();
    }
}
