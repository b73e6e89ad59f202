package dev.rein.toolkit.environment;

import java.util.Arrays;

/// What an environment says of one step (or of a reset): reused for every step, never kept beyond the call.
public final class Step {
    private final Row observation = new Row();
    private final boolean[] mask;
    /// Parts the mask speaks of; one, for a [Discrete] space.
    private final MultiDiscrete multi;
    private float reward;
    private float elapsed;
    private boolean terminated;
    private boolean truncated;

    /// @param environment whose spaces it speaks of
    Step(Environment environment) {
        Space actions = environment.actionSpace();
        if (environment.masksActions() && actions.choices() == 0) {
            throw new IllegalArgumentException(
                    "masksActions: true with actions of %s (expected: Discrete or MultiDiscrete actions)"
                            .formatted(actions));
        }
        mask = new boolean[environment.masksActions() ? actions.choices() : 0];
        multi = actions instanceof MultiDiscrete parts ? parts : new MultiDiscrete(Math.max(1, actions.choices()));
    }

    /// A step to call an environment by hand with.
    public static Step of(Environment environment) {
        Step step = new Step(environment);
        int size = environment.observationSpace().size();
        return step.begin(new float[size], 0, size);
    }

    Step begin(float[] batch, int from, int size) {
        observation.at(batch, from, size);
        return clear();
    }

    /// Forgets what was said of the step before. [VectorEnvironment] does so itself; who calls an environment by
    /// hand does it before each call.
    public Step clear() {
        reward = 0;
        elapsed = 1;
        terminated = false;
        truncated = false;
        Arrays.fill(mask, true);
        return this;
    }

    /// The row to write the observation into; write all of it.
    public Row observation() {
        return observation;
    }

    public void reward(float value) {
        reward = value;
    }

    public float reward() {
        return reward;
    }

    /// The episode reached an end of the world itself: nothing comes after, so its value is 0.
    public void terminate() {
        terminated = true;
    }

    public boolean terminated() {
        return terminated;
    }

    /// The episode was cut off, by a time limit for example: the world would go on, so its value is estimated.
    public void truncate() {
        truncated = true;
    }

    public boolean truncated() {
        return truncated;
    }

    /// For event-driven simulators: how much time the step took, in the unit of one ordinary step. Returns discount
    /// by `γ` to this power.
    public void elapsed(float steps) {
        elapsed = steps;
    }

    public float elapsed() {
        return elapsed;
    }

    /// Which actions are allowed next; all are, unless the environment says otherwise.
    public void allow(int action, boolean allowed) {
        mask[action] = allowed;
    }

    public boolean isAllowed(int action) {
        return mask.length == 0 || mask[action];
    }

    /// Which choices of one part of a [MultiDiscrete] space are allowed next.
    public void allow(int part, int choice, boolean allowed) {
        mask[place(part, choice)] = allowed;
    }

    public boolean isAllowed(int part, int choice) {
        return mask.length == 0 || mask[place(part, choice)];
    }

    private int place(int part, int choice) {
        if (choice < 0 || choice >= multi.n(part)) {
            throw new IndexOutOfBoundsException(
                    "choice: %d of part %d (expected: 0..%d)".formatted(choice, part, multi.n(part) - 1));
        }
        return multi.from(part) + choice;
    }

    /// Says what another step said, but for the observation: for a wrapper that has its environment write
    /// elsewhere.
    ///
    /// @param inside of an environment that masks as many choices
    public void outcome(Step inside) {
        reward = inside.reward;
        elapsed = inside.elapsed;
        terminated = inside.terminated;
        truncated = inside.truncated;
        System.arraycopy(inside.mask, 0, mask, 0, mask.length);
    }

    int choices() {
        return mask.length;
    }

    void copyMask(boolean[] to, int at) {
        System.arraycopy(mask, 0, to, at, mask.length);
    }

    /// The first part that has no choice left, or -1.
    int partWithoutChoice() {
        if (mask.length == 0) {
            return -1;
        }
        for (int part = 0; part < multi.parts(); part++) {
            int choice = multi.from(part);
            while (choice < multi.from(part + 1) && !mask[choice]) {
                choice++;
            }
            if (choice == multi.from(part + 1)) {
                return part;
            }
        }
        return -1;
    }
}
