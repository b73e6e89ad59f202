package dev.rein.toolkit.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Mlp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/// The file `policy.rein`, format version 1:
///
/// ```
/// REIN-POLICY 1\n                      magic and version
/// observation=box 4 -1.0,… 1.0,…\n     spaces: box SIZE LOWS HIGHS | discrete N
/// action=discrete 2\n
/// network=tanh 4,64,64,2\n             hidden activation, and sizes from inputs to outputs
/// \n
/// parameters                           float32, little-endian, in the order of Mlp.parameters()
/// crc                                  CRC-32C of everything before, uint32, little-endian
/// ```
final class PolicyFile {
    private static final String MAGIC = "REIN-POLICY ";
    private static final int VERSION = 1;
    private static final int LONGEST_HEADER = 1 << 20;

    private PolicyFile() {}

    static void write(Policy policy, Path file) throws IOException {
        Mlp network = policy.network();
        String header = MAGIC + VERSION + "\n"
                + "observation=" + described(policy.observationSpace()) + "\n"
                + "action=" + described(policy.actionSpace()) + "\n"
                + "network=" + network.activation().name().toLowerCase(Locale.ROOT) + " " + joined(network.sizes())
                + "\n"
                + "\n";
        byte[] head = header.getBytes(UTF_8);
        float[] parameters = network.parameters();
        ByteBuffer bytes =
                ByteBuffer.allocate(head.length + 4 * parameters.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(head);
        for (float parameter : parameters) {
            bytes.putFloat(parameter);
        }
        bytes.putInt(checksum(bytes.array(), bytes.position()));
        Path parent = file.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Path written = Files.createTempFile(parent, file.getFileName().toString(), ".tmp");
        try {
            Files.write(written, bytes.array());
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    static Policy read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int end = endOfHeader(bytes);
        String text = new String(bytes, 0, Math.min(bytes.length, 64), UTF_8);
        if (!text.startsWith(MAGIC)) {
            throw new PolicyFormatException("%s: not a policy of Rein (expected: a file that begins with \"%s\")"
                    .formatted(file, MAGIC.strip()));
        }
        if (end < 0) {
            throw new PolicyFormatException("%s: its header has no end: the file is truncated".formatted(file));
        }
        String[] lines = new String(bytes, 0, end, UTF_8).split("\n", -1);
        String version = lines[0].substring(MAGIC.length());
        if (!version.equals(Integer.toString(VERSION))) {
            throw new PolicyFormatException(
                    "%s: format version %s (expected: %d). It was written by a newer Rein; read it with that one."
                            .formatted(file, version, VERSION));
        }
        if (bytes.length < end + 4
                || checksum(bytes, bytes.length - 4)
                        != ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 4)) {
            throw new PolicyFormatException(
                    "%s: checksum differs: the file is truncated or damaged. Copy it again from where it was written."
                            .formatted(file));
        }
        try {
            return policy(file, fields(lines), bytes, end);
        } catch (IllegalArgumentException e) {
            throw new PolicyFormatException("%s: its header is not understood: %s".formatted(file, e.getMessage()));
        }
    }

    private static Policy policy(Path file, Map<String, String> fields, byte[] bytes, int end) throws IOException {
        String[] network = field(fields, "network").split(" ", -1);
        int[] sizes = Arrays.stream(network[1].split(",", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        Mlp mlp = new Mlp(Activation.valueOf(network[0].toUpperCase(Locale.ROOT)), sizes);
        float[] parameters = mlp.parameters();
        if (bytes.length - 4 - end != 4 * parameters.length) {
            throw new PolicyFormatException("%s: %d bytes of parameters (expected: %d for a network of %s)"
                    .formatted(file, bytes.length - 4 - end, 4 * parameters.length, network[1]));
        }
        ByteBuffer.wrap(bytes, end, 4 * parameters.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(parameters);
        return new Policy(space(field(fields, "observation")), space(field(fields, "action")), mlp);
    }

    /// Where the parameters begin, or -1.
    private static int endOfHeader(byte[] bytes) {
        for (int i = 1; i < Math.min(bytes.length, LONGEST_HEADER); i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    private static Map<String, String> fields(String[] lines) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            int equals = lines[i].indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException(
                        "line %d is \"%s\" (expected: name=value)".formatted(i + 1, lines[i]));
            }
            fields.put(lines[i].substring(0, equals), lines[i].substring(equals + 1));
        }
        return fields;
    }

    private static String field(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    private static String described(Space space) {
        return switch (space) {
            case Box box -> "box %d %s %s".formatted(box.size(), joined(box.low()), joined(box.high()));
            case Discrete(int n) -> "discrete " + n;
        };
    }

    private static Space space(String text) {
        String[] words = text.split(" ", -1);
        return switch (words[0]) {
            case "box" -> new Box(floats(words[2]), floats(words[3]));
            case "discrete" -> new Discrete(Integer.parseInt(words[1]));
            default -> throw new IllegalArgumentException("space \"%s\" is unknown".formatted(words[0]));
        };
    }

    private static float[] floats(String text) {
        String[] parts = text.split(",", -1);
        float[] values = new float[parts.length];
        for (int i = 0; i < parts.length; i++) {
            values[i] = Float.parseFloat(parts[i]);
        }
        return values;
    }

    private static String joined(float[] values) {
        StringBuilder text = new StringBuilder();
        for (float value : values) {
            text.append(text.isEmpty() ? "" : ",").append(value);
        }
        return text.toString();
    }

    private static String joined(int[] values) {
        return Arrays.stream(values).mapToObj(Integer::toString).collect(Collectors.joining(","));
    }

    private static int checksum(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
