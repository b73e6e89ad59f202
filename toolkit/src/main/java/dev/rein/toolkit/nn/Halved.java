package dev.rein.toolkit.nn;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Another network, whose large batches are worked on in two halves by a [Team]: same parameters, same gradient. The
/// halves are the same, and their gradients are added in their order, whether one thread does them or two.
public final class Halved implements Network {
    /// Fewer rows are not worth a second thread.
    private static final int LEAST_ROWS = 64;

    private final Sequential network;
    private final Sequential other;
    private final Team team;

    // The call under way, for both halves.
    private float[] input = new float[0];
    private int input0;
    private float[] output = new float[0];
    private int output0;
    private float[] outputGradient = new float[0];
    private float @Nullable [] inputGradient;
    private boolean held;
    private int rows;
    private int half;

    private float[] otherOutputGradient = new float[0];
    private float[] otherInputGradient = new float[0];

    // made once: a call allocates nothing
    private final Runnable[] forward = {this::forwardFirst, this::forwardOther};
    private final Runnable[] backward = {this::backwardFirst, this::backwardOther};

    /// @param team stays its owner's
    public Halved(Sequential network, Team team) {
        this.network = requireNonNull(network, "network");
        this.team = requireNonNull(team, "team");
        other = network.sharing();
    }

    @Override
    public int inputSize() {
        return network.inputSize();
    }

    @Override
    public int outputSize() {
        return network.outputSize();
    }

    @Override
    public float[] parameters() {
        return network.parameters();
    }

    @Override
    public float[] gradient() {
        return network.gradient();
    }

    @Override
    public void forward(float[] from, int from0, int count, float[] to, int to0) {
        input = from;
        input0 = from0;
        output = to;
        output0 = to0;
        rows = count;
        half = count < LEAST_ROWS ? count : count / 2;
        if (half == rows) {
            forwardFirst();
        } else {
            team.run(forward);
        }
    }

    private void forwardFirst() {
        network.forward(input, input0, half, output, output0);
    }

    private void forwardOther() {
        other.forward(input, input0 + half * inputSize(), rows - half, output, output0 + half * outputSize());
    }

    @Override
    public void backward(float[] byOutput, float @Nullable [] byInput) {
        backward(byOutput, byInput, false);
        if (half < rows) {
            float[] sum = network.gradient();
            float[] rest = other.gradient();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += rest[i];
            }
        }
    }

    @Override
    public void backwardInput(float[] byOutput, float[] byInput) {
        backward(byOutput, byInput, true);
    }

    private void backward(float[] byOutput, float @Nullable [] byInput, boolean parametersHeld) {
        outputGradient = byOutput;
        inputGradient = byInput;
        held = parametersHeld;
        if (half == rows) {
            backwardFirst();
            return;
        }
        if (otherOutputGradient.length < (rows - half) * outputSize()) {
            otherOutputGradient = new float[(rows - half) * outputSize()];
            otherInputGradient = new float[(rows - half) * inputSize()];
        }
        team.run(backward);
    }

    private void backwardFirst() {
        if (held) {
            network.backwardInput(outputGradient, requireNonNull(inputGradient));
        } else {
            network.backward(outputGradient, inputGradient);
        }
    }

    private void backwardOther() {
        int count = rows - half;
        System.arraycopy(outputGradient, half * outputSize(), otherOutputGradient, 0, count * outputSize());
        if (held) {
            other.backwardInput(otherOutputGradient, otherInputGradient);
        } else {
            Arrays.fill(other.gradient(), 0);
            other.backward(otherOutputGradient, inputGradient == null ? null : otherInputGradient);
        }
        if (inputGradient != null) {
            System.arraycopy(otherInputGradient, 0, inputGradient, half * inputSize(), count * inputSize());
        }
    }

    @Override
    public Network copy() {
        return new Halved(network.copy(), team);
    }
}
