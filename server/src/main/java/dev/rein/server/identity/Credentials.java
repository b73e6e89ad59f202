package dev.rein.server.identity;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The pair of keys that callers sign with.
public record Credentials(String accessKeyId, String secretAccessKey) {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final String BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    public Credentials {
        requireNonNull(accessKeyId, "accessKeyId");
        requireNonNull(secretAccessKey, "secretAccessKey");
        if (!accessKeyId.matches("[A-Za-z0-9_-]{3,128}")) {
            throw new IllegalArgumentException(
                    "accessKeyId: \"%s\" (expected: 3..128 letters, digits, _ or -)".formatted(accessKeyId));
        }
        if (secretAccessKey.length() < 8) {
            throw new IllegalArgumentException(
                    "secretAccessKey: %d characters (expected: at least 8)".formatted(secretAccessKey.length()));
        }
    }

    /// A new pair of AWS's form: 20 and 40 characters.
    public static Credentials random(SecureRandom random) {
        return new Credentials("AKIA" + text(random, BASE32, 16), text(random, BASE64, 40));
    }

    /// Reads the file, or makes it with new keys, readable by its owner only.
    ///
    /// @throws IOException if the file cannot be read or made, is not its owner's alone, or holds something else
    public static Credentials readOrCreate(Path file) throws IOException {
        return Files.exists(file) ? read(file) : create(file, random(new SecureRandom()));
    }

    private static Credentials read(Path file) throws IOException {
        requirePrivate(file);
        try {
            JsonNode json = new JsonMapper().readTree(Files.readAllBytes(file));
            return new Credentials(
                    json.path("accessKeyId").asString(""),
                    json.path("secretAccessKey").asString(""));
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IOException(
                    "%s: not a pair of keys (expected: {\"accessKeyId\", \"secretAccessKey\"}). Remove it to get new ones."
                            .formatted(file),
                    e instanceof IllegalArgumentException ? e : null);
        }
    }

    /// Whoever reads the keys may run programs here.
    private static void requirePrivate(Path file) throws IOException {
        Set<PosixFilePermission> others = Files.getPosixFilePermissions(file);
        others.removeAll(PosixFilePermissions.fromString("rwx------"));
        if (!others.isEmpty()) {
            throw new IOException(
                    "%s: others than its owner may use it (expected: mode 600). Mend it with: chmod 600 %s"
                            .formatted(file, file));
        }
    }

    private static Credentials create(Path file, Credentials credentials) throws IOException {
        Path whole = Files.createTempFile(
                file.toAbsolutePath().getParent(),
                file.getFileName().toString(),
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(
                whole,
                new JsonMapper()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsBytes(Map.of(
                                "accessKeyId", credentials.accessKeyId,
                                "secretAccessKey", credentials.secretAccessKey)),
                StandardOpenOption.SYNC);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        return credentials;
    }

    private static String text(SecureRandom random, String alphabet, int length) {
        var out = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            out.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return out.toString();
    }

    /// Without the secret, so that no log has it.
    @Override
    public String toString() {
        return "Credentials[" + accessKeyId + "]";
    }
}
