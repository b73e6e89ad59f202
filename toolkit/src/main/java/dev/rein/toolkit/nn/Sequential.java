package dev.rein.toolkit.nn;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Layers one after the other: the parameters of layer `l` begin at [#offset]. Scratch grows to the largest batch
/// seen and is then reused.
public final class Sequential implements Network {
    private static final float[] NONE = new float[0];

    private final List<Layer> layers;
    private final int[] offsets;
    private final float[] parameters;
    private final float[] gradient;

    private final float[][] outputs;
    private final float[][] gradients;
    private int capacity;

    private float[] lastInput = new float[0];
    private int lastInput0;
    private float[] lastOutput = new float[0];
    private int lastOutput0;
    private int lastRows;
    private float[] latentGradient = NONE;

    /// All parameters zero; see [#initialise]. The layers are copied.
    ///
    /// @throws IllegalArgumentException if there are none, or one does not fit the one before
    public Sequential(List<? extends Layer> layers) {
        this(layers, null);
    }

    private Sequential(List<? extends Layer> layers, float @Nullable [] shared) {
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("network: no layers (expected: at least one)");
        }
        this.layers = layers.stream().map(Layer::copy).toList();
        offsets = new int[layers.size() + 1];
        for (int l = 0; l < layers.size(); l++) {
            Layer layer = layers.get(l);
            if (l > 0 && layer.inputs() != layers.get(l - 1).outputs()) {
                throw new IllegalArgumentException("network: \"%s\" after \"%s\" (expected: as many inputs as outputs)"
                        .formatted(layer.describe(), layers.get(l - 1).describe()));
            }
            offsets[l + 1] = Math.addExact(offsets[l], layer.parameterCount());
        }
        parameters = shared == null ? new float[offsets[layers.size()]] : shared;
        gradient = new float[parameters.length];
        outputs = new float[layers.size() - 1][];
        gradients = new float[layers.size() - 1][];
    }

    /// A multi-layer perceptron.
    ///
    /// @param last  what the last layer applies
    /// @param sizes inputs, hidden layers, outputs: at least two
    public static Sequential mlp(Activation hidden, Activation last, int... sizes) {
        if (sizes.length < 2) {
            throw new IllegalArgumentException(
                    "sizes: %s (expected: inputs, hidden layers and outputs)".formatted(Arrays.toString(sizes)));
        }
        List<Layer> layers = new ArrayList<>();
        for (int l = 0; l + 1 < sizes.length; l++) {
            layers.add(new Linear(sizes[l], sizes[l + 1], l + 2 < sizes.length ? hidden : last));
        }
        return new Sequential(layers);
    }

    /// Reads what [#describe] wrote; all parameters are zero.
    public static Sequential parse(String text) {
        return new Sequential(
                Arrays.stream(text.split("; ", -1)).map(Layer::parse).toList());
    }

    /// The layers on one line, without their parameters.
    public String describe() {
        return layers.stream().map(Layer::describe).collect(Collectors.joining("; "));
    }

    /// Gain √2 for all layers but the last, `outputGain` for that one. Returns itself.
    public Sequential initialise(RandomGenerator random, Initialisation initialisation, float outputGain) {
        requireNonNull(initialisation, "initialisation");
        Arrays.fill(parameters, 0);
        for (int l = 0; l < layers.size(); l++) {
            float gain = l + 1 < layers.size() ? (float) Math.sqrt(2) : outputGain;
            layers.get(l).initialise(random, initialisation, gain, parameters, offsets[l]);
        }
        return this;
    }

    /// The layers, whose parameters are this network's; not to be run.
    public List<Layer> layers() {
        return layers;
    }

    /// Where a layer's parameters begin in [#parameters].
    public int offset(int layer) {
        return offsets[layer];
    }

    @Override
    public int inputSize() {
        return layers.getFirst().inputs();
    }

    @Override
    public int outputSize() {
        return layers.getLast().outputs();
    }

    @Override
    public float[] parameters() {
        return parameters;
    }

    @Override
    public float[] gradient() {
        return gradient;
    }

    @Override
    public void forward(float[] input, int input0, int rows, float[] output, int output0) {
        reserve(rows);
        lastInput = input;
        lastInput0 = input0;
        lastOutput = output;
        lastOutput0 = output0;
        lastRows = rows;
        float[] x = input;
        int x0 = input0;
        for (int l = 0; l < layers.size(); l++) {
            boolean last = l + 1 == layers.size();
            float[] y = last ? output : outputs[l];
            int y0 = last ? output0 : 0;
            layers.get(l).forward(parameters, offsets[l], x, x0, rows, y, y0);
            x = y;
            x0 = y0;
        }
    }

    /// Width of what the last layer reads.
    public int latentSize() {
        return layers.getLast().inputs();
    }

    /// `[rows × latentSize]`, from element [#latentFrom]: what the last layer read in the last [#forward]. Live.
    public float[] latent() {
        return layers.size() == 1 ? lastInput : outputs[layers.size() - 2];
    }

    public int latentFrom() {
        return layers.size() == 1 ? lastInput0 : 0;
    }

    /// As [#backward], with more that the loss asks of [#latent].
    ///
    /// @param byLatent `[rows × latentSize]`; empty asks nothing
    public void backwardLatent(float[] outputGradient, float[] byLatent) {
        latentGradient = byLatent;
        backward(gradient, outputGradient, null);
        latentGradient = NONE;
    }

    @Override
    public void backward(float[] outputGradient, float @Nullable [] inputGradient) {
        backward(gradient, outputGradient, inputGradient);
    }

    @Override
    public void backwardInput(float[] outputGradient, float[] inputGradient) {
        backward(null, outputGradient, inputGradient);
    }

    private void backward(float @Nullable [] sum, float[] outputGradient, float @Nullable [] inputGradient) {
        float[] dy = outputGradient;
        for (int l = layers.size() - 1; l >= 0; l--) {
            boolean last = l + 1 == layers.size();
            float[] dx = l > 0 ? gradients[l - 1] : inputGradient;
            layers.get(l)
                    .backward(
                            parameters,
                            sum,
                            offsets[l],
                            l == 0 ? lastInput : outputs[l - 1],
                            l == 0 ? lastInput0 : 0,
                            last ? lastOutput : outputs[l],
                            last ? lastOutput0 : 0,
                            dy,
                            lastRows,
                            dx);
            if (dx != null) {
                dy = dx;
                for (int i = 0; last && i < latentGradient.length && i < lastRows * latentSize(); i++) {
                    dx[i] += latentGradient[i];
                }
            }
        }
    }

    private void reserve(int rows) {
        if (rows <= capacity) {
            return;
        }
        for (int l = 0; l + 1 < layers.size(); l++) {
            outputs[l] = new float[Math.multiplyExact(rows, layers.get(l).outputs())];
            gradients[l] = new float[outputs[l].length];
        }
        capacity = rows;
    }

    /// These layers with every [Linear] one made [Noisy]; all parameters are zero.
    ///
    /// @param sigma first deviations, as [Noisy] has them
    public Sequential noisy(float sigma) {
        return new Sequential(layers.stream()
                .map(layer -> layer instanceof Linear linear
                        ? new Noisy(linear.inputs(), linear.outputs(), linear.activation(), sigma)
                        : layer)
                .toList());
    }

    /// Draws new noise in every [Noisy] layer, which then holds for all batches until the next call.
    public void draw(RandomGenerator random) {
        for (Layer layer : layers) {
            if (layer instanceof Noisy noisy) {
                noisy.draw(random);
            }
        }
    }

    /// A copy without noise: of every [Noisy] layer the means.
    public Sequential means() {
        Sequential means = new Sequential(layers.stream()
                .map(layer -> layer instanceof Noisy noisy ? noisy.mean() : layer)
                .toList());
        for (int l = 0; l < layers.size(); l++) {
            int count = means.layers.get(l).parameterCount();
            System.arraycopy(parameters, offsets[l], means.parameters, means.offsets[l], count);
        }
        return means;
    }

    /// A network on these very parameters, with gradient and scratch of its own, noise too: for another thread.
    Sequential sharing() {
        return new Sequential(layers, parameters);
    }

    @Override
    public Sequential copy() {
        Sequential copy = new Sequential(layers);
        System.arraycopy(parameters, 0, copy.parameters, 0, parameters.length);
        return copy;
    }
}
