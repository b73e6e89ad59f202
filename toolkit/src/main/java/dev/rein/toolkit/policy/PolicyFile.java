package dev.rein.toolkit.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rein.toolkit.checkpoint.WholeFile;
import dev.rein.toolkit.distribution.ActionHead;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.nn.Sequential;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/// The file `policy.rein`, format version 1:
///
/// ```
/// REIN-POLICY 1\n                      magic and version
/// observation=box 4 -1.0,… 1.0,…\n     spaces as Space.describe() writes them
/// action=discrete 2\n
/// network=linear 4 64 tanh; …\n        layers, as Sequential.describe() writes them
/// head=categorical\n                   as ActionHead.describe() writes it
/// normalised=true\n                    whether two arrays for the features come before the parameters
/// \n
/// shift, scale                         float32, little-endian, one for each feature, if normalised
/// parameters                           float32, little-endian, in the order of Network.parameters()
/// crc                                  CRC-32C of everything before, uint32, little-endian
/// ```
final class PolicyFile {
    private static final String MAGIC = "REIN-POLICY ";
    private static final int VERSION = 1;
    private static final int LONGEST_HEADER = 1 << 20;

    private PolicyFile() {}

    static void write(Policy policy, Path file) throws IOException {
        Sequential network = policy.network();
        String header = MAGIC + VERSION + "\n"
                + "observation=" + policy.observationSpace().describe() + "\n"
                + "action=" + policy.actionSpace().describe() + "\n"
                + "network=" + network.describe() + "\n"
                + "head=" + policy.head().describe() + "\n"
                + "normalised=" + policy.isNormalised() + "\n"
                + "\n";
        byte[] head = header.getBytes(UTF_8);
        float[] parameters = network.parameters();
        int floats = policy.shift().length + policy.scale().length + parameters.length;
        ByteBuffer bytes = ByteBuffer.allocate(head.length + 4 * floats + 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(head);
        for (float[] array : new float[][] {policy.shift(), policy.scale(), parameters}) {
            for (float number : array) {
                bytes.putFloat(number);
            }
        }
        bytes.putInt(checksum(bytes.array(), bytes.position()));
        WholeFile.write(file, out -> out.write(bytes.array()));
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
        Sequential network = Sequential.parse(field(fields, "network"));
        Space observations = Space.parse(field(fields, "observation"));
        Space actions = Space.parse(field(fields, "action"));
        ActionHead head = ActionHead.parse(field(fields, "head"), actions);
        boolean normalised = field(fields, "normalised").equals("true");
        float[] shift = new float[normalised ? observations.features() : 0];
        float[] scale = new float[shift.length];
        int floats = 2 * shift.length + network.parameters().length;
        if (bytes.length - 4 - end != 4L * floats) {
            throw new PolicyFormatException("%s: %d bytes of numbers (expected: %d for a network of %s)"
                    .formatted(file, bytes.length - 4 - end, 4L * floats, network.describe()));
        }
        ByteBuffer.wrap(bytes, end, 4 * floats)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(shift)
                .get(scale)
                .get(network.parameters());
        return new Policy(observations, actions, network, head, shift, scale);
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

    private static int checksum(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
