package dev.rein.toolkit.environment.check;

import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import java.util.Arrays;

/// One episode of actions drawn by chance, looked at closely.
final class Play {
    /// What no simulator writes by chance: a row it should have left alone shows whether it did.
    private static final float UNTOUCHED = -7.653e-21f;

    private final Environment environment;
    private final Findings findings;
    private final EpisodeRandom random;
    private final EpisodeRandom actionRandom = new EpisodeRandom(2, 0, 0);
    private final ActionSampler sampler;
    private final Space space;
    private final float[] value;
    private final float[] action;
    private Step step;
    private Step other;
    private int steps;
    private boolean ended;
    private long digest;

    Play(Environment environment, EpisodeRandom random, Findings findings) {
        this.environment = environment;
        this.random = random;
        this.findings = findings;
        try {
            step = Step.of(environment);
            other = Step.of(environment);
        } catch (RuntimeException e) {
            findings.add("spaces", "spaces: " + e.getMessage());
            throw new StopsHere();
        }
        space = environment.observationSpace();
        sampler = new ActionSampler(environment.actionSpace());
        value = new float[space.size()];
        action = new float[environment.actionSpace().size()];
    }

    int steps() {
        return steps;
    }

    boolean ended() {
        return ended;
    }

    boolean isOver(int longest) {
        return ended || steps >= longest;
    }

    /// Of everything that was said so far.
    long digest() {
        return digest;
    }

    void begin() {
        prepare();
        try {
            environment.reset(random, step);
        } catch (Throwable e) { // whatever a simulator throws is told
            throw threw(e);
        }
        if (step.terminated() || step.truncated()) {
            findings.add(
                    "ended at reset",
                    "reset: the episode has ended before it began (expected: terminate and truncate in step only)");
        }
        listen();
    }

    void step() {
        sampler.sample(actionRandom, step, action);
        float[] given = action.clone();
        Step before = step;
        step = other;
        other = before; // another row each time, as in a batch: who kept the last one writes into the wrong place
        prepare();
        steps++;
        try {
            environment.step(Row.of(given), step);
        } catch (Throwable e) { // whatever a simulator throws is told
            throw threw(e);
        }
        if (!Arrays.equals(given, action)) {
            findings.add("action", where() + "the action was changed (expected: it is read only)");
        }
        ended = step.terminated() || step.truncated();
        listen();
    }

    private void prepare() {
        step.clear();
        for (int k = 0; k < value.length; k++) {
            step.observation().set(k, Float.NaN);
            other.observation().set(k, UNTOUCHED);
        }
    }

    private void listen() {
        for (int k = 0; k < value.length; k++) {
            value[k] = step.observation().get(k);
            mix(Float.floatToRawIntBits(value[k]));
            if (other.observation().get(k) != UNTOUCHED) {
                findings.add(
                        "kept",
                        where()
                                + "it wrote into the row of an earlier call (expected: a Row or Step is never kept; write to the one that is passed)");
            }
        }
        checkObservation();
        if (!Float.isFinite(step.reward())) {
            findings.add("reward", where() + "reward is %s (expected: a finite number)".formatted(step.reward()));
        }
        if (!(step.elapsed() >= 0 && step.elapsed() < Float.POSITIVE_INFINITY)) {
            findings.add("elapsed", where() + "elapsed is %s (expected: 0 or more, finite)".formatted(step.elapsed()));
        }
        mix(Float.floatToRawIntBits(step.reward()));
        mix(Float.floatToRawIntBits(step.elapsed()));
        mix((step.terminated() ? 1 : 0) + (step.truncated() ? 2 : 0));
        if (!ended && environment.masksActions()) {
            checkMask();
        }
    }

    private void checkObservation() {
        for (int k = 0; k < value.length; k++) {
            if (!Float.isFinite(value[k])) {
                findings.add(
                        "observation",
                        where()
                                + "observation element %d is %s (expected: a finite number written at every call; one that is not reads as NaN here)"
                                        .formatted(k, value[k]));
                return;
            }
        }
        String problem = space.problem(value, 0);
        if (!problem.isEmpty()) {
            findings.add(
                    "outside",
                    where() + "observation is outside its space: %s. Widen the space, or clip.".formatted(problem));
        }
    }

    private void checkMask() {
        Space actions = environment.actionSpace();
        MultiDiscrete choices = MultiDiscrete.choicesOf(actions).orElseThrow(); // or Step had refused to mask
        for (int part = 0; part < choices.parts(); part++) {
            int allowed = 0;
            for (int choice = 0; choice < choices.n(part); choice++) {
                allowed += step.isAllowed(part, choice) ? 1 : 0;
                mix(step.isAllowed(part, choice) ? 1 : 0);
            }
            refuseNone(allowed, actions instanceof Discrete ? "" : " of part " + part);
        }
    }

    private void refuseNone(int allowed, String part) {
        if (allowed == 0) {
            findings.add(
                    "mask",
                    where()
                            + "all choices%s are masked (expected: at least one allowed, or the episode ended)"
                                    .formatted(part));
            throw new StopsHere();
        }
    }

    private StopsHere threw(Throwable e) {
        StackTraceElement[] stack = e.getStackTrace();
        findings.add(
                "threw",
                where()
                        + "it threw %s%s (expected: an answer to every action of its space)"
                                .formatted(e, stack.length == 0 ? "" : ", at " + stack[0]));
        return new StopsHere();
    }

    private String where() {
        return steps == 0 ? "reset: " : "step %d with action %s: ".formatted(steps, Arrays.toString(action));
    }

    private void mix(int bits) {
        digest = (digest ^ bits) * 0x100000001B3L;
        digest ^= digest >>> 29;
    }
}
