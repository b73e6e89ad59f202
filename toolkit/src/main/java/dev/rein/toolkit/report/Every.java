package dev.rein.toolkit.report;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.training.Progress;
import java.util.function.Consumer;

/// Lets a listener hear about every so many steps, and of every evaluation and the end.
public final class Every implements Consumer<Progress> {
    private final long steps;
    private final Consumer<? super Progress> listener;
    private long heard = Long.MIN_VALUE;

    /// @param steps at least 1
    public Every(long steps, Consumer<? super Progress> listener) {
        if (steps < 1) {
            throw new IllegalArgumentException("steps: %d (expected: at least 1)".formatted(steps));
        }
        this.steps = steps;
        this.listener = requireNonNull(listener, "listener");
    }

    @Override
    public void accept(Progress progress) {
        long slot = progress.steps() / steps;
        Double evaluated = progress.metrics().get("evaluation_return_mean");
        if (slot != heard || progress.isLast() || (evaluated != null && !evaluated.isNaN())) {
            heard = slot;
            listener.accept(progress);
        }
    }
}
