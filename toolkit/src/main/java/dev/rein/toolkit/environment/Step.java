package dev.rein.toolkit.environment;

import java.util.Arrays;

/// What an environment says of one step (or of a reset): reused for every step, never kept beyond the call.
public final class Step {
    private final Row observation = new Row();
    private final boolean[] mask;
    /// Parts the mask speaks of; one, for a [Discrete] space.
    private final MultiDiscrete multi;
    /// The part of the mask that an element of an action belongs to; -1 where it is not a choice.
    private final int[] group;
    private float reward;
    private float elapsed;
    private boolean terminated;
    private boolean truncated;

    /// @param environment whose spaces it speaks of
    Step(Environment environment) {
        Space actions = environment.actionSpace();
        if (environment.masksActions() && actions.choices() == 0) {
            throw new IllegalArgumentException(
                    "masksActions: true with actions of %s (expected: Discrete or MultiDiscrete actions, or a Dict or Tuple with some)"
                            .formatted(actions));
        }
        mask = new boolean[environment.masksActions() ? actions.choices() : 0];
        multi = MultiDiscrete.choicesOf(actions).orElse(new MultiDiscrete(1));
        group = groups(actions);
    }

    private static int[] groups(Space actions) {
        int[] groups = new int[actions.size()];
        Arrays.fill(groups, -1);
        int next = 0;
        for (Part leaf : actions.leaves()) {
            for (int i = 0; i < MultiDiscrete.ofLeaf(leaf.space()).length; i++) {
                groups[leaf.offset() + i] = next++;
            }
        }
        return groups;
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
        if (action < 0 || action >= mask.length) {
            throw masks("choice: %d (expected: 0..%d)".formatted(action, mask.length - 1));
        }
        mask[action] = allowed;
    }

    public boolean isAllowed(int action) {
        return mask.length == 0 || mask[action];
    }

    /// Which choices of one part of a [MultiDiscrete] space are allowed next. Of a [Dict] or [Tuple], parts are
    /// counted as [MultiDiscrete#choicesOf] does.
    public void allow(int part, int choice, boolean allowed) {
        mask[place(part, choice)] = allowed;
    }

    public boolean isAllowed(int part, int choice) {
        return mask.length == 0 || mask[place(part, choice)];
    }

    /// Which choices of a [Discrete] part of a [Dict] or [Tuple] are allowed next.
    ///
    /// @param part of the action space itself, or one of its leaves
    public void allow(Part part, int choice, boolean allowed) {
        allow(part, 0, choice, allowed);
    }

    /// Which choices of a [MultiDiscrete] part of a [Dict] or [Tuple] are allowed next.
    ///
    /// @param part of the action space itself, or one of its leaves
    /// @param i    part of the MultiDiscrete
    public void allow(Part part, int i, int choice, boolean allowed) {
        allow(groupOf(part, i), choice, allowed);
    }

    private int groupOf(Part part, int i) {
        int at = group[part.offset() + i];
        if (at < 0 || i >= part.size()) {
            throw new IllegalArgumentException(
                    "part \"%s\": %s has no choice %d to mask (expected: Discrete or MultiDiscrete)"
                            .formatted(part.name(), part.space(), i));
        }
        return at;
    }

    /// Whether a choice of a [Discrete] part of a [Dict] or [Tuple] is allowed next.
    public boolean isAllowed(Part part, int choice) {
        return isAllowed(part, 0, choice);
    }

    /// Whether a choice of part `i` of a [MultiDiscrete] part of a [Dict] or [Tuple] is allowed next.
    public boolean isAllowed(Part part, int i, int choice) {
        return mask.length == 0 || isAllowed(groupOf(part, i), choice);
    }

    private int place(int part, int choice) {
        if (mask.length == 0 || part < 0 || part >= multi.parts()) {
            throw masks("part: %d (expected: 0..%d)".formatted(part, multi.parts() - 1));
        }
        if (choice < 0 || choice >= multi.n(part)) {
            throw masks("choice: %d of part %d (expected: 0..%d)".formatted(choice, part, multi.n(part) - 1));
        }
        return multi.from(part) + choice;
    }

    /// @param problem if the environment masks at all
    private IndexOutOfBoundsException masks(String problem) {
        return new IndexOutOfBoundsException(
                mask.length > 0
                        ? problem
                        : "allow: called by an environment whose masksActions() is false (expected: it returns true where some choices are not allowed)");
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
        return mask.length == 0 ? -1 : multi.partWithoutChoice(mask, 0);
    }
}
