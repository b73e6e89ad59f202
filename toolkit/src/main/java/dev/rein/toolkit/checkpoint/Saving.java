package dev.rein.toolkit.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes entries as the walk shows them. The first failure of the disk is kept for [#throwFailure]: walks know no
/// files.
final class Saving implements Checkpoint {
    private final Shared shared;
    private final String prefix;

    /// What all parts of one checkpoint share.
    private static final class Shared {
        final DataOutputStream out;
        final Set<String> names = new HashSet<>();

        @Nullable
        IOException failure;

        Shared(DataOutputStream out) {
            this.out = out;
        }
    }

    private interface Elements {
        void write(DataOutputStream out) throws IOException;
    }

    Saving(DataOutputStream out) {
        this(new Shared(out), "");
    }

    private Saving(Shared shared, String prefix) {
        this.shared = shared;
        this.prefix = prefix;
    }

    void throwFailure() throws IOException {
        if (shared.failure != null) {
            throw shared.failure;
        }
    }

    @Override
    public boolean restoring() {
        return false;
    }

    @Override
    public Checkpoint part(String name) {
        return new Saving(shared, prefix + name + ".");
    }

    private void entry(String name, CheckpointFile.Type type, int count, Elements elements) {
        if (!shared.names.add(prefix + name)) {
            throw new IllegalStateException(
                    "checkpoint: \"%s%s\" twice (expected: names that differ)".formatted(prefix, name));
        }
        if (shared.failure != null) {
            return;
        }
        try {
            byte[] bytes = (prefix + name).getBytes(UTF_8);
            shared.out.writeShort(bytes.length);
            shared.out.write(bytes);
            shared.out.writeByte(type.code);
            shared.out.writeInt(count);
            elements.write(shared.out);
        } catch (IOException e) {
            shared.failure = e;
        }
    }

    @Override
    public long integer(String name, long value) {
        entry(name, CheckpointFile.Type.LONG, 1, out -> out.writeLong(value));
        return value;
    }

    @Override
    public double number(String name, double value) {
        entry(name, CheckpointFile.Type.DOUBLE, 1, out -> out.writeLong(Double.doubleToRawLongBits(value)));
        return value;
    }

    @Override
    public void floats(String name, float[] array, int length) {
        entry(name, CheckpointFile.Type.FLOAT, length, out -> {
            for (int i = 0; i < length; i++) {
                out.writeInt(Float.floatToRawIntBits(array[i]));
            }
        });
    }

    @Override
    public void doubles(String name, double[] array, int length) {
        entry(name, CheckpointFile.Type.DOUBLE, length, out -> {
            for (int i = 0; i < length; i++) {
                out.writeLong(Double.doubleToRawLongBits(array[i]));
            }
        });
    }

    @Override
    public void longs(String name, long[] array, int length) {
        entry(name, CheckpointFile.Type.LONG, length, out -> {
            for (int i = 0; i < length; i++) {
                out.writeLong(array[i]);
            }
        });
    }

    @Override
    public void integers(String name, int[] array, int length) {
        entry(name, CheckpointFile.Type.INT, length, out -> {
            for (int i = 0; i < length; i++) {
                out.writeInt(array[i]);
            }
        });
    }

    @Override
    public void truths(String name, boolean[] array, int length) {
        entry(name, CheckpointFile.Type.BOOLEAN, length, out -> {
            for (int i = 0; i < length; i++) {
                out.writeBoolean(array[i]);
            }
        });
    }

    @Override
    public void same(String name, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        entry(name, CheckpointFile.Type.TEXT, bytes.length, out -> out.write(bytes));
    }
}
