package dev.rein.toolkit.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/// The file of a checkpoint, format version 1, all numbers big-endian:
///
/// ```
/// REIN-CHECKPOINT 1\n
/// entries       name (length, UTF-8) · type (one byte) · count (int) · elements
/// end           a name of length 0
/// crc           CRC-32C of everything before, 4 bytes
/// ```
public final class CheckpointFile {
    private static final byte[] MAGIC = "REIN-CHECKPOINT 1\n".getBytes(UTF_8);
    private static final int MAGIC_WORD = "REIN-CHECKPOINT ".length();
    private static final int CHUNK = 1 << 16;

    private CheckpointFile() {}

    /// Writes what the walk shows; a file that stood there is replaced whole, on disk, or not at all.
    ///
    /// @throws IOException if the disk says no; the old file is then still there
    public static void save(Path file, Consumer<? super Checkpoint> walk) throws IOException {
        requireNonNull(walk, "walk");
        WholeFile.write(file, out -> write(out, walk));
    }

    private static void write(OutputStream file, Consumer<? super Checkpoint> walk) throws IOException {
        var checksum = new CRC32C();
        // not closed, which would close the file before it is on disk
        @SuppressWarnings("resource")
        var out = new DataOutputStream(new BufferedOutputStream(new CheckedOutputStream(file, checksum), CHUNK));
        out.write(MAGIC);
        var saving = new Saving(out);
        walk.accept(saving);
        saving.throwFailure();
        out.writeShort(0);
        out.flush();
        file.write(ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
    }

    /// Gives the walk what [#save] wrote. Nothing is given out before the whole file was found sound.
    ///
    /// @throws CheckpointException if it is no checkpoint, damaged, newer, or of a run of another shape
    public static void restore(Path file, Consumer<? super Checkpoint> walk) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        checkMagic(file, bytes);
        var crc = new CRC32C();
        crc.update(bytes, 0, Math.max(0, bytes.length - 4));
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.BIG_ENDIAN);
        if (bytes.length < MAGIC.length + 6 || in.getInt(bytes.length - 4) != (int) crc.getValue()) {
            throw new CheckpointException(
                    "%s: checksum differs: the checkpoint is truncated or damaged. Go on from an older one."
                            .formatted(file));
        }
        Map<String, Restoring.Entry> entries = new HashMap<>();
        in.position(MAGIC.length);
        for (int length = in.getShort() & 0xFFFF; length > 0; length = in.getShort() & 0xFFFF) {
            String name = UTF_8.decode(in.slice(in.position(), length)).toString();
            in.position(in.position() + length);
            byte type = in.get();
            int count = in.getInt();
            int size = Math.multiplyExact(count, Type.of(type).bytes);
            entries.put(name, new Restoring.Entry(Type.of(type), count, in.slice(in.position(), size)));
            in.position(in.position() + size);
        }
        walk.accept(new Restoring(file, "", entries));
    }

    private static void checkMagic(Path file, byte[] bytes) {
        String begin = new String(bytes, 0, Math.min(bytes.length, 40), UTF_8);
        String magic = new String(MAGIC, UTF_8);
        if (!begin.startsWith(magic.substring(0, MAGIC_WORD))) {
            throw new CheckpointException("%s: not a checkpoint of Rein (expected: a file that begins with \"%s\")"
                    .formatted(file, magic.substring(0, MAGIC_WORD).strip()));
        }
        if (!begin.startsWith(magic)) {
            throw new CheckpointException(
                    "%s: checkpoint format %s (expected: 1). A newer Rein wrote it; go on with that one."
                            .formatted(
                                    file,
                                    begin.substring(MAGIC_WORD)
                                            .lines()
                                            .findFirst()
                                            .orElse("?")));
        }
    }

    /// What an entry's elements are.
    enum Type {
        LONG('j', 8),
        DOUBLE('d', 8),
        FLOAT('f', 4),
        INT('i', 4),
        BOOLEAN('z', 1),
        TEXT('t', 1);

        final byte code;
        final int bytes;

        Type(char code, int bytes) {
            this.code = (byte) code;
            this.bytes = bytes;
        }

        static Type of(byte code) {
            for (Type type : values()) {
                if (type.code == code) {
                    return type;
                }
            }
            throw new CheckpointException(
                    "entry of type %d (expected: one of %s)".formatted(code, java.util.Arrays.toString(values())));
        }
    }
}
