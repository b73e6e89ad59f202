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
/// An image becomes one of as many times the channels, which are where [Box#channelAxis] says; any other shape gets
/// longer in its first dimension.
public final class FrameStack extends Wrapper {
    private final Environment environment;
    private final Box space;
    private final int count;

    /// Numbers of one observation that stay together: all, or the channels of one pixel.
    private final int block;

    /// `[blocks × count × block]`.
    private final float[] frames;

    private final Step inside;

    /// @param count of observations shown, at least 1
    /// @throws IllegalArgumentException unless observations are of a [Box], which says where its channels are
    ///     if it has three dimensions
    public FrameStack(Environment environment, int count) {
        super(environment);
        this.environment = environment;
        this.count = count;
        if (count < 1) {
            throw new IllegalArgumentException("FrameStack: %d observations (expected: at least 1)".formatted(count));
        }
        Box one = Boxes.box("FrameStack", "observations", environment.observationSpace());
        int[] shape = one.shape();
        boolean image = shape.length == 3;
        int axis = image ? one.channelAxis() : 0;
        block = axis == 0 ? one.size() : shape[axis];
        frames = new float[Math.multiplyExact(count, one.size())];
        shape[axis] *= count;
        var all = new Box(stacked(one.low()), stacked(one.high()), shape);
        space = !image ? all : axis == 0 ? all.channelsFirst() : all.channelsLast();
        inside = Step.of(environment);
    }

    private float[] stacked(float[] one) {
        float[] all = new float[frames.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = one[i / (count * block) * block + i % block];
        }
        return all;
    }

    @Override
    public Space observationSpace() {
        return space;
    }

    @Override
    public void reset(RandomGenerator random, Step step) {
        environment.reset(random, inside.clear());
        for (int frame = 0; frame < count; frame++) {
            look(frame);
        }
        say(step);
    }

    @Override
    public void step(Row action, Step step) {
        environment.step(action, inside.clear());
        int row = count * block;
        for (int from = 0; from < frames.length; from += row) {
            System.arraycopy(frames, from + block, frames, from, row - block);
        }
        look(count - 1);
        say(step);
    }

    private void look(int frame) {
        Row observation = inside.observation();
        for (int i = 0; i < frames.length / count; i++) {
            frames[(i / block * count + frame) * block + i % block] = observation.get(i);
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
