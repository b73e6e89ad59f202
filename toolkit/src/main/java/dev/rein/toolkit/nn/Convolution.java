package dev.rein.toolkit.nn;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A 2-D convolution without padding: every window of `kernel × kernel` becomes a row, and the rows go through one
/// [Linear] layer together ("im2row").
///
/// Images arrive pixel by pixel (`[height, width, channels]`) or, as some observations, channel by channel
/// (`[channels, height, width]`); they leave pixel by pixel. Weights are `[channels · kernel ·
/// kernel × filters]` in the order channel, row, column; then `filters` biases.
public final class Convolution implements Layer {
    private final int channels;
    private final int height;
    private final int width;
    private final boolean channelsFirst;
    private final int filters;
    private final int kernel;
    private final int stride;
    private final int outHeight;
    private final int outWidth;
    private final int window;
    private final Linear linear;
    private final Activation activation;

    private float[] windows = new float[0];
    private float[] windowGradient = new float[0];

    /// @param channelsFirst whether images are `[channels, height, width]`, otherwise `[height, width, channels]`
    public Convolution(
            int channels,
            int height,
            int width,
            boolean channelsFirst,
            int filters,
            int kernel,
            int stride,
            Activation activation) {
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.channelsFirst = channelsFirst;
        this.filters = filters;
        this.kernel = kernel;
        this.stride = stride;
        this.activation = requireNonNull(activation, "activation");
        if (channels < 1 || filters < 1 || stride < 1 || kernel < 1 || kernel > height || kernel > width) {
            throw new IllegalArgumentException(
                    "convolution: %d filters of %d×%d, stride %d, over %d channels of %d×%d (expected: each at least 1, and a kernel that fits into the image)"
                            .formatted(filters, kernel, kernel, stride, channels, height, width));
        }
        outHeight = (height - kernel) / stride + 1;
        outWidth = (width - kernel) / stride + 1;
        window = channels * kernel * kernel;
        linear = new Linear(window, filters, activation);
    }

    static Convolution parse(String[] words) {
        Layer.checkWords(words, 9);
        return new Convolution(
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Integer.parseInt(words[3]),
                words[4].equals("channels_first"),
                Integer.parseInt(words[5]),
                Integer.parseInt(words[6]),
                Integer.parseInt(words[7]),
                Activation.valueOf(words[8].toUpperCase(Locale.ROOT)));
    }

    public int channels() {
        return channels;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    public boolean channelsFirst() {
        return channelsFirst;
    }

    public int filters() {
        return filters;
    }

    public int kernel() {
        return kernel;
    }

    public int stride() {
        return stride;
    }

    public int outHeight() {
        return outHeight;
    }

    public int outWidth() {
        return outWidth;
    }

    public Activation activation() {
        return activation;
    }

    @Override
    public int inputs() {
        return channels * height * width;
    }

    @Override
    public int outputs() {
        return outHeight * outWidth * filters;
    }

    @Override
    public int parameterCount() {
        return linear.parameterCount();
    }

    @Override
    public void initialise(
            RandomGenerator random, Initialisation initialisation, float gain, float[] parameters, int p0) {
        linear.initialise(random, initialisation, gain, parameters, p0);
    }

    @Override
    public void forward(float[] parameters, int p0, float[] x, int x0, int rows, float[] y, int y0) {
        int places = outHeight * outWidth;
        if (windows.length < rows * places * window) {
            windows = new float[rows * places * window];
        }
        int to = 0;
        for (int row = 0; row < rows; row++) {
            int image = x0 + row * inputs();
            for (int i = 0; i < outHeight; i++) {
                for (int j = 0; j < outWidth; j++) {
                    to = gather(x, image, i * stride, j * stride, to);
                }
            }
        }
        linear.forward(parameters, p0, windows, 0, rows * places, y, y0);
    }

    private int gather(float[] x, int image, int top, int left, int to) {
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < kernel; i++) {
                for (int j = 0; j < kernel; j++) {
                    windows[to++] = x[image + at(c, top + i, left + j)];
                }
            }
        }
        return to;
    }

    private int at(int channel, int row, int column) {
        return channelsFirst ? (channel * height + row) * width + column : (row * width + column) * channels + channel;
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
        int places = outHeight * outWidth;
        if (dx != null && windowGradient.length < rows * places * window) {
            windowGradient = new float[rows * places * window];
        }
        linear.backward(
                parameters, gradient, p0, windows, 0, y, y0, dy, rows * places, dx == null ? null : windowGradient);
        if (dx != null) {
            scatter(rows, dx);
        }
    }

    private void scatter(int rows, float[] dx) {
        java.util.Arrays.fill(dx, 0, rows * inputs(), 0);
        int from = 0;
        for (int row = 0; row < rows; row++) {
            int image = row * inputs();
            for (int place = 0; place < outHeight * outWidth; place++) {
                int top = place / outWidth * stride;
                int left = place % outWidth * stride;
                for (int c = 0; c < channels; c++) {
                    for (int i = 0; i < kernel; i++) {
                        for (int j = 0; j < kernel; j++) {
                            dx[image + at(c, top + i, left + j)] += windowGradient[from++];
                        }
                    }
                }
            }
        }
    }

    @Override
    public Convolution copy() {
        return new Convolution(channels, height, width, channelsFirst, filters, kernel, stride, activation);
    }

    @Override
    public String describe() {
        return "convolution %d %d %d %s %d %d %d %s"
                .formatted(
                        channels,
                        height,
                        width,
                        channelsFirst ? "channels_first" : "channels_last",
                        filters,
                        kernel,
                        stride,
                        activation.name().toLowerCase(Locale.ROOT));
    }
}
