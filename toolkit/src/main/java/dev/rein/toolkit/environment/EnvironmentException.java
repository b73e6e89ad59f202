package dev.rein.toolkit.environment;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An environment failed, hung, or said something impossible; says which, and when. The cause is what it threw, or
/// where it hangs.
public final class EnvironmentException extends IllegalStateException {
    private static final long serialVersionUID = 1;
    /// Numbers of an action in the message.
    private static final int SHOWN = 16;

    private final int environment;
    private final long episode;
    private final int step;

    /// @param action taken in that step; not looked at where it is a reset
    EnvironmentException(
            int environment, long episode, int step, float[] action, String problem, @Nullable Throwable cause) {
        super("environment %d, episode %d, %s: %s".formatted(environment, episode, when(step, action), problem), cause);
        this.environment = environment;
        this.episode = episode;
        this.step = step;
    }

    private static String when(int step, float[] action) {
        return step == 0 ? "reset" : "step %d with action %s".formatted(step, shown(action));
    }

    private static String shown(float[] action) {
        String text = Arrays.toString(Arrays.copyOf(action, Math.min(action.length, SHOWN)));
        return action.length > SHOWN ? text.replace("]", ", …]") : text;
    }

    /// Its number in the batch, from 0.
    public int environment() {
        return environment;
    }

    /// From 0, counted in that environment.
    public long episode() {
        return episode;
    }

    /// From 1, counted in that episode; 0 at its reset.
    public int step() {
        return step;
    }
}
