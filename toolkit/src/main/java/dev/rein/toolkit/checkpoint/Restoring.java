package dev.rein.toolkit.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

/// Gives back what a file kept.
final class Restoring implements Checkpoint {
    private final Path file;
    private final String prefix;
    private final Map<String, Entry> entries;

    record Entry(CheckpointFile.Type type, int count, ByteBuffer elements) {}

    Restoring(Path file, String prefix, Map<String, Entry> entries) {
        this.file = file;
        this.prefix = prefix;
        this.entries = entries;
    }

    @Override
    public boolean restoring() {
        return true;
    }

    @Override
    public Checkpoint part(String name) {
        return new Restoring(file, prefix + name + ".", entries);
    }

    private ByteBuffer elements(String name, CheckpointFile.Type type, int count) {
        Entry entry = entries.get(prefix + name);
        if (entry == null) {
            throw new CheckpointException(
                    "%s: \"%s%s\" is missing: it is of another kind of training run.".formatted(file, prefix, name));
        }
        if (entry.type() != type || (count >= 0 && entry.count() != count)) {
            throw new CheckpointException(
                    "%s: \"%s%s\" has %d of %s (expected: %d of %s): the run that wrote it had other networks, environments or buffers. Go on with the settings it was begun with."
                            .formatted(file, prefix, name, entry.count(), entry.type(), count, type));
        }
        return entry.elements().duplicate();
    }

    @Override
    public long integer(String name, long value) {
        return elements(name, CheckpointFile.Type.LONG, 1).getLong();
    }

    @Override
    public double number(String name, double value) {
        return Double.longBitsToDouble(
                elements(name, CheckpointFile.Type.DOUBLE, 1).getLong());
    }

    @Override
    public void floats(String name, float[] array, int length) {
        elements(name, CheckpointFile.Type.FLOAT, length).asFloatBuffer().get(array, 0, length);
    }

    @Override
    public void doubles(String name, double[] array, int length) {
        elements(name, CheckpointFile.Type.DOUBLE, length).asDoubleBuffer().get(array, 0, length);
    }

    @Override
    public void longs(String name, long[] array, int length) {
        elements(name, CheckpointFile.Type.LONG, length).asLongBuffer().get(array, 0, length);
    }

    @Override
    public void integers(String name, int[] array, int length) {
        elements(name, CheckpointFile.Type.INT, length).asIntBuffer().get(array, 0, length);
    }

    @Override
    public void truths(String name, boolean[] array, int length) {
        ByteBuffer bytes = elements(name, CheckpointFile.Type.BOOLEAN, length);
        for (int i = 0; i < length; i++) {
            array[i] = bytes.get() != 0;
        }
    }

    @Override
    public void same(String name, String text) {
        ByteBuffer bytes = elements(name, CheckpointFile.Type.TEXT, -1);
        String saved = UTF_8.decode(bytes).toString();
        if (!saved.equals(text)) {
            throw new CheckpointException(
                    "%s: %s%s was \"%s\" and is now \"%s\" (expected: the same). Go on with what it was begun with."
                            .formatted(file, prefix, name, saved, text));
        }
    }
}
