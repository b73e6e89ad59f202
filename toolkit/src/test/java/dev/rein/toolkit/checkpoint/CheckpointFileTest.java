package dev.rein.toolkit.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFileTest {
    @TempDir
    private Path folder = Path.of("");

    private Path file = Path.of("");

    /// State of every kind.
    private static final class Machine {
        long steps = 7;
        double sum = Math.PI;
        boolean on = true;
        final float[] weights = {1, Float.NaN, -0f, Float.MIN_VALUE};
        final double[] moments = {1e300, Double.NEGATIVE_INFINITY};
        final long[] seeds = {Long.MIN_VALUE, -1};
        final int[] order = {3, 1, 2, 99};
        final boolean[] flags = {true, false, true};
        String kind = "machine of iron";

        void state(Checkpoint checkpoint) {
            checkpoint.same("kind", kind);
            steps = checkpoint.integer("steps", steps);
            sum = checkpoint.number("sum", sum);
            on = checkpoint.truth("on", on);
            Checkpoint arrays = checkpoint.part("arrays");
            arrays.floats("weights", weights);
            arrays.doubles("moments", moments);
            arrays.longs("seeds", seeds);
            arrays.integers("order", order, 3);
            arrays.truths("flags", flags);
        }
    }

    @BeforeEach
    void aSavedMachine() throws IOException {
        file = folder.resolve("run/checkpoint");
        CheckpointFile.save(file, new Machine()::state);
    }

    @Test
    void everythingComesBackBitForBit() throws IOException {
        var other = new Machine();
        other.steps = 0;
        other.sum = 0;
        other.on = false;
        Arrays.fill(other.weights, 0);
        Arrays.fill(other.moments, 0);
        Arrays.fill(other.seeds, 0);
        Arrays.fill(other.order, 0);
        Arrays.fill(other.flags, false);
        CheckpointFile.restore(file, other::state);
        var whole = new Machine();
        assertThat(other.steps).isEqualTo(7);
        assertThat(other.sum).isEqualTo(Math.PI);
        assertThat(other.on).isTrue();
        for (int i = 0; i < whole.weights.length; i++) {
            assertThat(Float.floatToRawIntBits(other.weights[i])).isEqualTo(Float.floatToRawIntBits(whole.weights[i]));
        }
        assertThat(other.moments).containsExactly(whole.moments);
        assertThat(other.seeds).containsExactly(whole.seeds);
        assertThat(other.order).containsExactly(3, 1, 2, 0);
        assertThat(other.flags).containsExactly(whole.flags);
    }

    @Test
    void everyDamagedByteAndEveryTruncationIsNoticed() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x10;
            Files.write(file, damaged);
            assertRefused("");
            Files.write(file, Arrays.copyOf(whole, i));
            assertRefused("");
        }
    }

    @Test
    void newerAndForeignFilesSaySo() throws IOException {
        Files.writeString(file, "REIN-CHECKPOINT 2\nsomething");
        assertRefused("A newer Rein wrote it");
        Files.writeString(file, "PK\3\4 weights of somebody else");
        assertRefused("not a checkpoint of Rein");
    }

    @Test
    void anotherKindOrAnotherShapeIsNamedWithBoth() {
        var wooden = new Machine();
        wooden.kind = "machine of wood";
        assertThatThrownBy(() -> CheckpointFile.restore(file, wooden::state))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("was \"machine of iron\" and is now \"machine of wood\"");
        assertThatThrownBy(() -> CheckpointFile.restore(
                        file, checkpoint -> checkpoint.part("arrays").floats("weights", new float[9])))
                .hasMessageContaining("\"arrays.weights\" has 4 of FLOAT (expected: 9 of FLOAT)");
        assertThatThrownBy(() -> CheckpointFile.restore(file, checkpoint -> checkpoint.number("speed", 0)))
                .hasMessageContaining("\"speed\" is missing");
    }

    @Test
    void aFailedSaveLeavesTheOldFileAndNothingElse() throws IOException {
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> CheckpointFile.save(file, checkpoint -> {
                    checkpoint.integer("a", 1);
                    throw new IllegalStateException("out of ideas");
                }))
                .hasMessage("out of ideas");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> CheckpointFile.restore(file, new Machine()::state))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message);
    }
}
