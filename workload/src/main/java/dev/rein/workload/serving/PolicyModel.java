package dev.rein.workload.serving;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.policy.PolicyFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// The toolkit's own policy, run by the toolkit.
final class PolicyModel implements ServedModel {
    private final Policy policy;
    private final Shape shape;
    private final Part[] checkedParts;

    private PolicyModel(Policy policy) {
        this.policy = policy;
        this.shape = new Shape(
                Form.of(policy.observationSpace()),
                Form.of(policy.actionSpace()),
                policy.actionSpace().choices());
        this.checkedParts = policy.observationSpace().leaves().stream()
                .filter(leaf -> !(leaf.space() instanceof Box))
                .toArray(Part[]::new);
    }

    static PolicyModel load(Path file) throws IOException {
        try {
            return new PolicyModel(Policy.load(file));
        } catch (PolicyFormatException broken) {
            throw new IllegalArgumentException(broken.getMessage(), broken);
        }
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public void act(float[] observations, boolean[] masks, int rows, Sampling sampling, float[] actions) {
        checkChoices(observations, rows);
        try {
            policy.act(observations, masks, rows, random(sampling), actions);
        } catch (IllegalArgumentException refused) {
            throw InvocationException.badRequest(String.valueOf(refused.getMessage()));
        }
    }

    /// The policy would say the same, but not of which observation.
    private void checkChoices(float[] observations, int rows) {
        for (Part leaf : checkedParts) {
            for (int row = 0; row < rows; row++) {
                String problem = leaf.space().problem(observations, row * shape.observationSize() + leaf.offset());
                if (!problem.isEmpty()) {
                    throw InvocationException.badRequest("observation %d: %s%s"
                            .formatted(row, leaf.name().isEmpty() ? "" : "in \"" + leaf.name() + "\" ", problem));
                }
            }
        }
    }

    private static @Nullable EpisodeRandom random(Sampling sampling) {
        if (sampling.deterministic()) {
            return null;
        }
        Long seed = sampling.seed();
        return new EpisodeRandom(seed == null ? ThreadLocalRandom.current().nextLong() : seed, 0, 0);
    }

    @Override
    public void close() {}
}
