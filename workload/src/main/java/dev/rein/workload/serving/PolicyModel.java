package dev.rein.workload.serving;

import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.policy.PolicyFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The toolkit's own policy, run by the toolkit.
final class PolicyModel implements ServedModel {
    private final Policy policy;
    private final Shape shape;

    private PolicyModel(Policy policy) {
        this.policy = policy;
        List<Integer> observation = policy.observationSpace() instanceof Discrete
                ? List.of()
                : List.of(policy.observationSpace().size());
        boolean chooses = policy.actionSpace() instanceof Discrete;
        this.shape = new Shape(observation, policy.actionSpace().size(), chooses);
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
    public void act(float[] observations, int rows, Sampling sampling, float[] actions) {
        if (!sampling.deterministic()) {
            throw InvocationException.badRequest(
                    "deterministic: false (expected: true; a saved policy answers its most likely action)");
        }
        if (policy.observationSpace() instanceof Discrete choices) {
            for (int row = 0; row < rows; row++) {
                String problem = choices.problem(observations, row);
                if (!problem.isEmpty()) {
                    throw InvocationException.badRequest("observation %d: %s".formatted(row, problem));
                }
            }
        }
        policy.act(observations, rows, actions);
    }

    @Override
    public void close() {}
}
