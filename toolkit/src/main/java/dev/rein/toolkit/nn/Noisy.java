package dev.rein.toolkit.nn;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A [Linear] layer whose parameters are drawn, so that a network explores by itself (Fortunato et al. 2018, "Noisy
/// Networks for Exploration", section 3): `w = μ + σ · f(ε_in) f(ε_out)`, `b = μ + σ · f(ε_out)` with `f(x) = sgn(x)
/// √|x|` and Gaussian ε, the factorised variant. μ and σ are learned.
///
/// Parameters: the means, laid out as a linear layer's, then as many deviations. The noise stays until the next
/// [#draw]; until the first there is none.
public final class Noisy implements Layer {
    private final Linear linear;
    private final float sigma;
    private final float[] noise;
    private final float[] drawn;
    private final float[] byDrawn;
    private final float[] ofInput;
    private final float[] ofOutput;

    /// @param sigma deviations begin with this over √inputs; 0.5 in the paper
    public Noisy(int inputs, int outputs, Activation activation, float sigma) {
        if (!(sigma >= 0 && sigma < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("noisy layer: sigma %s (expected: 0 or more)".formatted(sigma));
        }
        linear = new Linear(inputs, outputs, requireNonNull(activation, "activation"));
        this.sigma = sigma;
        noise = new float[linear.parameterCount()];
        drawn = new float[noise.length];
        byDrawn = new float[noise.length];
        ofInput = new float[inputs];
        ofOutput = new float[outputs];
    }

    static Noisy parse(String[] words) {
        Layer.checkWords(words, 5);
        return new Noisy(
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Activation.valueOf(words[3].toUpperCase(Locale.ROOT)),
                Float.parseFloat(words[4]));
    }

    /// The layer of the means alone: the first half of the parameters are its.
    public Linear mean() {
        return linear.copy();
    }

    public Activation activation() {
        return linear.activation();
    }

    @Override
    public int inputs() {
        return linear.inputs();
    }

    @Override
    public int outputs() {
        return linear.outputs();
    }

    @Override
    public int parameterCount() {
        return 2 * noise.length;
    }

    @Override
    public void initialise(
            RandomGenerator random, Initialisation initialisation, float gain, float[] parameters, int p0) {
        linear.initialise(random, initialisation, gain, parameters, p0);
        float deviation = (float) (sigma / Math.sqrt(inputs()));
        Arrays.fill(parameters, p0 + noise.length, p0 + 2 * noise.length, deviation);
    }

    /// Draws new noise (equations 10 and 11 of the paper).
    void draw(RandomGenerator random) {
        fill(random, ofInput);
        fill(random, ofOutput);
        int at = 0;
        for (float in : ofInput) {
            for (float out : ofOutput) {
                noise[at++] = in * out;
            }
        }
        System.arraycopy(ofOutput, 0, noise, at, ofOutput.length);
    }

    private static void fill(RandomGenerator random, float[] values) {
        for (int i = 0; i < values.length; i++) {
            double x = random.nextGaussian();
            values[i] = (float) Math.copySign(Math.sqrt(Math.abs(x)), x);
        }
    }

    @Override
    public void forward(float[] parameters, int p0, float[] x, int x0, int rows, float[] y, int y0) {
        int n = noise.length;
        for (int i = 0; i < n; i++) {
            drawn[i] = parameters[p0 + i] + parameters[p0 + n + i] * noise[i];
        }
        linear.forward(drawn, 0, x, x0, rows, y, y0);
    }

    @Override
    public void backward(
            float[] parameters,
            float @Nullable [] gradient,
            int p0,
            float[] x,
            int x0,
            float[] y,
            int y0,
            float[] dy,
            int rows,
            float @Nullable [] dx) {
        int n = noise.length;
        Arrays.fill(byDrawn, 0);
        linear.backward(drawn, gradient == null ? null : byDrawn, 0, x, x0, y, y0, dy, rows, dx);
        if (gradient == null) {
            return;
        }
        for (int i = 0; i < n; i++) {
            gradient[p0 + i] += byDrawn[i];
            gradient[p0 + n + i] += byDrawn[i] * noise[i];
        }
    }

    @Override
    public Noisy copy() {
        return new Noisy(inputs(), outputs(), activation(), sigma);
    }

    @Override
    public String describe() {
        return "noisy %d %d %s %s"
                .formatted(inputs(), outputs(), activation().name().toLowerCase(Locale.ROOT), sigma);
    }
}
