package dev.rein.toolkit.distribution;

import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.environment.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// One distribution for each part of a [dev.rein.toolkit.environment.Dict] or
/// [dev.rein.toolkit.environment.Tuple], all independent given the network's outputs: log probabilities and
/// entropies add up (37 details, MultiDiscrete 1). Outputs, action and mask of a row lie part after part, as the
/// compiled layout of the space has them.
public final class Joint implements Distribution {
    private static final String BETWEEN = " | ";
    private static final boolean[] ALL = new boolean[0];

    /// A part's distribution, and a row of its own to read and write.
    private static final class Component {
        final Distribution distribution;
        final float[] outputs;
        final float[] gradient;
        final float[] action;
        final boolean[] mask;

        Component(Distribution distribution, Space space) {
            this.distribution = distribution;
            outputs = new float[distribution.outputs()];
            gradient = new float[outputs.length];
            action = new float[space.size()];
            mask = new boolean[space.choices()];
        }
    }

    private final Space space;
    private final Component[] components;
    private final int outputs;
    private final float[] parameters;
    private final float[] parameterGradient;
    private final float[] logProbs = new float[1];

    private Joint(Space space, List<Distribution> distributions) {
        this.space = space;
        List<Part> leaves = space.leaves();
        if (leaves.size() != distributions.size()) {
            throw new IllegalArgumentException("joint: %d distributions (expected: %d, one for each part of %s)"
                    .formatted(distributions.size(), leaves.size(), space));
        }
        components = new Component[leaves.size()];
        int sum = 0;
        int count = 0;
        for (int i = 0; i < components.length; i++) {
            components[i] = new Component(distributions.get(i), leaves.get(i).space());
            sum = Math.addExact(sum, distributions.get(i).outputs());
            count += distributions.get(i).parameters().length;
        }
        outputs = sum;
        parameters = new float[count];
        parameterGradient = new float[count];
        int at = 0;
        for (Component each : components) {
            float[] own = each.distribution.parameters();
            System.arraycopy(own, 0, parameters, at, own.length);
            at += own.length;
        }
    }

    static Joint of(Space space) {
        return new Joint(
                space,
                space.leaves().stream()
                        .map(leaf -> Distribution.of(leaf.space()))
                        .toList());
    }

    static Joint parse(String text, Space space) {
        String[] words = text.split(" \\| ", -1);
        List<Distribution> distributions = new ArrayList<>();
        for (int i = 0; i < words.length; i++) {
            Space part =
                    space.leaves().get(Math.min(i, space.leaves().size() - 1)).space();
            if (!(ActionHead.parse(words[i], part) instanceof Distribution distribution)) {
                throw new IllegalArgumentException("joint: \"%s\" is no distribution".formatted(words[i]));
            }
            distributions.add(distribution);
        }
        return new Joint(space, distributions);
    }

    /// Distributions of the parts, in the order of [Space#leaves]; copies.
    public List<Distribution> parts() {
        shareParameters();
        return Arrays.stream(components).map(each -> each.distribution.copy()).toList();
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public void mode(float[] outputs, boolean[] masks, int rows, float[] actions) {
        shareParameters();
        for (int row = 0; row < rows; row++) {
            read(outputs, masks, row);
            for (Component each : components) {
                each.distribution.mode(each.outputs, masks.length == 0 ? ALL : each.mask, 1, each.action);
            }
            write(row, actions);
        }
    }

    @Override
    public void sample(float[] outputs, boolean[] masks, int rows, RandomGenerator random, float[] actions) {
        shareParameters();
        for (int row = 0; row < rows; row++) {
            draw(outputs, masks, row, random, actions);
        }
    }

    @Override
    public void sample(
            float[] outputs,
            boolean[] masks,
            int rows,
            RandomGenerator random,
            float[] actions,
            float[] logProb,
            int at) {
        shareParameters();
        for (int row = 0; row < rows; row++) {
            logProb[at + row] = draw(outputs, masks, row, random, actions);
        }
    }

    private float draw(float[] outputs, boolean[] masks, int row, RandomGenerator random, float[] actions) {
        read(outputs, masks, row);
        float sum = 0;
        for (Component each : components) {
            boolean[] mask = masks.length == 0 ? ALL : each.mask;
            each.distribution.sample(each.outputs, mask, 1, random, each.action, logProbs, 0);
            sum += logProbs[0];
        }
        write(row, actions);
        return sum;
    }

    @Override
    public float logProb(float[] outputs, int row, boolean[] masks, float[] actions) {
        shareParameters();
        read(outputs, masks, row);
        float sum = 0;
        int at = row * space.size();
        for (Component each : components) {
            System.arraycopy(actions, at, each.action, 0, each.action.length);
            at += each.action.length;
            sum += each.distribution.logProb(each.outputs, 0, masks.length == 0 ? ALL : each.mask, each.action);
        }
        return sum;
    }

    @Override
    public float entropy() {
        float sum = 0;
        for (Component each : components) {
            sum += each.distribution.entropy();
        }
        return sum;
    }

    @Override
    public void gradient(float g, float bonus, float[] outputGradient, int row) {
        int at = row * outputs;
        int parameter = 0;
        for (Component each : components) {
            float[] own = each.distribution.parameterGradient();
            Arrays.fill(own, 0);
            each.distribution.gradient(g, bonus, each.gradient, 0);
            System.arraycopy(each.gradient, 0, outputGradient, at, each.gradient.length);
            at += each.gradient.length;
            for (float one : own) {
                parameterGradient[parameter++] += one;
            }
        }
    }

    private void read(float[] from, boolean[] masks, int row) {
        int output = row * outputs;
        int choice = row * space.choices();
        for (Component each : components) {
            System.arraycopy(from, output, each.outputs, 0, each.outputs.length);
            output += each.outputs.length;
            if (masks.length > 0) {
                System.arraycopy(masks, choice, each.mask, 0, each.mask.length);
                choice += each.mask.length;
            }
        }
    }

    private void write(int row, float[] actions) {
        int at = row * space.size();
        for (Component each : components) {
            System.arraycopy(each.action, 0, actions, at, each.action.length);
            at += each.action.length;
        }
    }

    /// An optimiser moves [#parameters]; the parts read their own.
    private void shareParameters() {
        int at = 0;
        for (Component each : components) {
            float[] own = each.distribution.parameters();
            System.arraycopy(parameters, at, own, 0, own.length);
            at += own.length;
        }
    }

    /// Those of the parts one after another, live.
    @Override
    public float[] parameters() {
        return parameters;
    }

    @Override
    public float[] parameterGradient() {
        return parameterGradient;
    }

    @Override
    public String describe() {
        return parts().stream().map(ActionHead::describe).collect(Collectors.joining(BETWEEN, "joint ", ""));
    }

    @Override
    public Joint copy() {
        return new Joint(space, parts());
    }
}
