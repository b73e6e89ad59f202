package dev.rein.toolkit.environment.wrapper;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.Wrapper;
import java.util.random.RandomGenerator;

/// Shows the last few observations one after another, the oldest first. At reset all are the first one.
///
/// An image of `[channels, height, width]` becomes one of as many times the channels; any other shape gets longer
/// in its first dimension.
public final class FrameStack extends Wrapper {
    private final Environment environment;
    private final Box space;
    private final int size;
    private final float[] frames;
    private final Step inside;

    /// @param count of observations shown, at least 1
    /// @throws IllegalArgumentException unless observations are of a [Box]
    public FrameStack(Environment environment, int count) {
        super(environment);
        this.environment = environment;
        if (count < 1) {
            throw new IllegalArgumentException("FrameStack: %d observations (expected: at least 1)".formatted(count));
        }
        Box one = Boxes.box("FrameStack", "observations", environment.observationSpace());
        size = one.size();
        frames = new float[Math.multiplyExact(count, size)];
        space = stacked(one, count);
        inside = Step.of(environment);
    }

    private static Box stacked(Box one, int count) {
        float[] low = new float[one.size() * count];
        float[] high = new float[low.length];
        for (int i = 0; i < count; i++) {
            System.arraycopy(one.low(), 0, low, i * one.size(), one.size());
            System.arraycopy(one.high(), 0, high, i * one.size(), one.size());
        }
        int[] shape = one.shape();
        shape[0] *= count;
        return new Box(low, high, shape);
    }

    @Override
    public Space observationSpace() {
        return space;
    }

    @Override
    public void reset(RandomGenerator random, Step step) {
        environment.reset(random, inside.clear());
        for (int from = 0; from < frames.length; from += size) {
            look(from);
        }
        say(step);
    }

    @Override
    public void step(Row action, Step step) {
        environment.step(action, inside.clear());
        System.arraycopy(frames, size, frames, 0, frames.length - size);
        look(frames.length - size);
        say(step);
    }

    private void look(int from) {
        for (int i = 0; i < size; i++) {
            frames[from + i] = inside.observation().get(i);
        }
    }

    private void say(Step step) {
        step.observation().putAll(frames);
        step.outcome(inside);
    }

    @Override
    protected void own(Checkpoint checkpoint) {
        checkpoint.floats("frames", frames);
    }
}
