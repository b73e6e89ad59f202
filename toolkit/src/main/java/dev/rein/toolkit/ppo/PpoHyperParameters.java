package dev.rein.toolkit.ppo;

import dev.rein.toolkit.training.NamedValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The numbers of PPO. Names are those of the literature, so they can be passed as hyperparameters of a job.
///
/// @param environments   stepped as one batch, 1..65536
/// @param steps          of each environment between updates, at least 1
/// @param minibatch      steps a gradient is taken over, at least 2 and at most environments × steps
/// @param epochs         passes over each rollout, at least 1
/// @param learningRate   of Adam, > 0
/// @param annealed       whether learning rate and clip range fall linearly to 0 over the budget
/// @param gamma          discount a step, 0..1
/// @param gaeLambda      of generalised advantage estimation, 0..1
/// @param clipRange      how far a probability ratio may leave 1 before it earns nothing more, > 0 and < 1
/// @param entropy        weight of the entropy bonus, at least 0
/// @param value          weight of the value loss, at least 0
/// @param gradientNorm   the longest gradient, > 0
/// @param targetKl       stops an update's epochs when the policy has moved this far (in nats); 0 never stops
/// @param hidden         width of the two hidden layers of policy and value network, at least 1
public record PpoHyperParameters(
        int environments,
        int steps,
        int minibatch,
        int epochs,
        float learningRate,
        boolean annealed,
        float gamma,
        float gaeLambda,
        float clipRange,
        float entropy,
        float value,
        float gradientNorm,
        float targetKl,
        int hidden) {

    public PpoHyperParameters {
        List<String> problems = new ArrayList<>();
        require(problems, environments >= 1 && environments <= 65_536, "n_envs", environments, "1..65536");
        require(problems, steps >= 1, "n_steps", steps, "at least 1");
        require(
                problems,
                minibatch >= 2 && minibatch <= (long) environments * steps,
                "batch_size",
                minibatch,
                "2..%d, the steps of one rollout".formatted((long) environments * steps));
        require(problems, epochs >= 1, "n_epochs", epochs, "at least 1");
        require(problems, learningRate > 0 && learningRate < 1, "learning_rate", learningRate, "> 0 and < 1");
        require(problems, gamma >= 0 && gamma <= 1, "gamma", gamma, "0..1");
        require(problems, gaeLambda >= 0 && gaeLambda <= 1, "gae_lambda", gaeLambda, "0..1");
        require(
                problems,
                clipRange > 0 && clipRange < 1,
                "clip_range",
                clipRange,
                "> 0 and < 1: PPO clips the probability ratio to 1 ± clip_range; 0.2 is a usual start");
        require(problems, entropy >= 0, "ent_coef", entropy, "at least 0");
        require(problems, value >= 0, "vf_coef", value, "at least 0");
        require(problems, gradientNorm > 0, "max_grad_norm", gradientNorm, "> 0");
        require(problems, targetKl >= 0, "target_kl", targetKl, "at least 0; 0 never stops");
        require(problems, hidden >= 1, "hidden", hidden, "at least 1");
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    private static void require(List<String> problems, boolean holds, String name, Object value, String expected) {
        if (!holds) {
            problems.add("PpoHyperParameters.%s: %s (expected: %s).".formatted(name, value, expected));
        }
    }

    /// A start that solves small problems: 8 environments, rollouts of 128 steps, four epochs.
    public static PpoHyperParameters defaults() {
        return new PpoHyperParameters(8, 128, 256, 4, 2.5e-3f, true, 0.99f, 0.95f, 0.2f, 0.01f, 0.5f, 0.5f, 0, 64);
    }

    /// RL Zoo's settings for CartPole-v1 (`hyperparams/ppo.yml`): 8 × 32 steps, 20 epochs.
    public static PpoHyperParameters cartPole() {
        return new PpoHyperParameters(8, 32, 256, 20, 1e-3f, true, 0.98f, 0.8f, 0.2f, 0, 0.5f, 0.5f, 0, 64);
    }

    /// These numbers with some replaced by name: `n_envs`, `n_steps`, `batch_size`, `n_epochs`, `learning_rate`,
    /// `annealed`, `gamma`, `gae_lambda`, `clip_range`, `ent_coef`, `vf_coef`, `max_grad_norm`, `target_kl`,
    /// `hidden`.
    ///
    /// @throws IllegalArgumentException naming every unknown name, unreadable value and value out of range at once
    public PpoHyperParameters with(Map<String, String> values) {
        var named = new NamedValues("PpoHyperParameters", values);
        int newEnvironments = named.integer("n_envs", environments);
        int newSteps = named.integer("n_steps", steps);
        int newMinibatch = named.integer("batch_size", minibatch);
        int newEpochs = named.integer("n_epochs", epochs);
        float newLearningRate = named.number("learning_rate", learningRate);
        boolean newAnnealed = named.truth("annealed", annealed);
        float newGamma = named.number("gamma", gamma);
        float newGaeLambda = named.number("gae_lambda", gaeLambda);
        float newClipRange = named.number("clip_range", clipRange);
        float newEntropy = named.number("ent_coef", entropy);
        float newValue = named.number("vf_coef", value);
        float newGradientNorm = named.number("max_grad_norm", gradientNorm);
        float newTargetKl = named.number("target_kl", targetKl);
        int newHidden = named.integer("hidden", hidden);
        return named.checked(() -> new PpoHyperParameters(
                newEnvironments,
                newSteps,
                newMinibatch,
                newEpochs,
                newLearningRate,
                newAnnealed,
                newGamma,
                newGaeLambda,
                newClipRange,
                newEntropy,
                newValue,
                newGradientNorm,
                newTargetKl,
                newHidden));
    }
}
