package dev.rein.toolkit.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.toolkit.training.Algorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/// A run that goes on from a checkpoint beside one that was never interrupted.
public final class Resumed {
    private Resumed() {}

    /// @param maker  makes the same algorithm each time
    /// @param before steps at the checkpoint
    /// @param after  steps at the end
    /// @param folder for the checkpoints
    public static void goesOnBitForBit(Supplier<? extends Algorithm> maker, long before, long after, Path folder)
            throws IOException {
        Path middle = folder.resolve("middle");
        Path end = folder.resolve("end");
        Path resumedEnd = folder.resolve("resumed");
        try (var whole = maker.get();
                var resumed = maker.get()) {
            whole.train(before, _ -> {});
            whole.save(middle);
            resumed.restore(middle);
            assertThat(resumed.steps()).isEqualTo(whole.steps());
            whole.train(after, _ -> {});
            resumed.train(after, _ -> {});
            whole.save(end);
            resumed.save(resumedEnd);
            assertThat(resumed.policy().network().parameters())
                    .containsExactly(whole.policy().network().parameters());
            assertThat(resumed.statistics().returnMean())
                    .isEqualTo(whole.statistics().returnMean());
        }
        assertThat(Files.readAllBytes(resumedEnd)).isEqualTo(Files.readAllBytes(end));
        assertThat(Files.readAllBytes(middle)).isNotEqualTo(Files.readAllBytes(end));
    }
}
