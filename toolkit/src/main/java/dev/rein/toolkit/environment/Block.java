package dev.rein.toolkit.environment;

import dev.rein.toolkit.checkpoint.CheckpointException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Environments next to each other in a batch, all run by one thread: the loop that everything waits for.
final class Block {
    /// What is done with each of them.
    enum Work {
        RESET,
        RESET_CHOSEN,
        STEP,
        REPLAY
    }

    private static final VarHandle AT;

    static {
        try {
            AT = MethodHandles.lookup().findVarHandle(Block.class, "at", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Batch batch;
    private final int from;
    private final int to;
    private final Step step;
    private final Row action = new Row();
    private final float[] replayed;
    /// What is checked of every observation: a choice outside its space would be another's feature. A number
    /// outside a Box is the simulator's affair.
    private final Part[] checkedParts;

    /// The environment being run, for whoever finds that it hangs.
    @SuppressWarnings({"unused", "FieldMayBeFinal"}) // written and read through AT
    private int at;

    private volatile boolean abandoned;
    private @Nullable RuntimeException failure;
    private int failed;

    Block(Batch batch, int from, int to) {
        this.batch = batch;
        this.from = from;
        this.to = to;
        step = new Step(batch.environments[from]);
        replayed = new float[batch.size];
        checkedParts = batch.observationSpace.leaves().stream()
                .filter(leaf -> !(leaf.space() instanceof Box))
                .toArray(Part[]::new);
    }

    /// The environment being run now; from any thread.
    int at() {
        return (int) AT.getOpaque(this);
    }

    @Nullable
    RuntimeException failure() {
        return failure;
    }

    /// Nobody waits for this block any more.
    void abandon() {
        abandoned = true;
    }

    /// Which environment the failure is about.
    int failed() {
        return failed;
    }

    /// Does the work with every environment of the block, or up to the first that fails; or stops between two of
    /// them, once nobody waits any more.
    void run(Work work) {
        failure = null;
        AT.setOpaque(this, from);
        try {
            switch (work) {
                case STEP -> {
                    for (int i = from; i < to && !abandoned; i++) {
                        AT.setOpaque(this, i);
                        step(i);
                    }
                }
                case RESET, RESET_CHOSEN -> {
                    for (int i = from; i < to && !abandoned; i++) {
                        AT.setOpaque(this, i);
                        reset(i, work);
                    }
                }
                case REPLAY -> {
                    for (int i = from; i < to && !abandoned; i++) {
                        AT.setOpaque(this, i);
                        replay(i);
                    }
                }
            }
            checkFinite(to);
        } catch (EnvironmentException | CheckpointException e) {
            fail(e);
        } catch (Throwable e) { // whatever a simulator throws is told to who steps, not to a thread nobody reads
            fail(problem(
                    at,
                    "it threw %s (expected: an answer). The cause below says where; an episode that cannot go on ends with step.truncate()."
                            .formatted(e),
                    e));
        }
    }

    private void fail(RuntimeException e) {
        failure = e;
        failed = at;
        checkFinite(at); // the failure told is that of the first environment, whatever the threads
    }

    private void step(int i) {
        Batch b = batch;
        if (b.over[i]) {
            stepOver(i);
            return;
        }
        keepAction(i);
        int steps = ++b.steps[i];
        b.environments[i].step(
                action.at(b.actions, i * b.width, b.width), step.begin(b.observations, i * b.size, b.size));
        b.rewards[i] = step.reward();
        float elapsed = step.elapsed();
        b.elapsed[i] = elapsed;
        if (!(elapsed >= 0 && elapsed < Float.POSITIVE_INFINITY)) {
            throw problem(i, "elapsed is %s (expected: 0 or more, finite)".formatted(elapsed), null);
        }
        if (checkedParts.length > 0) {
            checkChoices(i);
        }
        boolean terminated = step.terminated();
        boolean truncated = step.truncated() && !terminated;
        b.terminated[i] = terminated;
        b.truncated[i] = truncated;
        if (terminated || truncated) {
            end(i, steps);
        } else if (b.choices > 0) {
            keepMask(i);
        }
    }

    private void end(int i, int steps) {
        Batch b = batch;
        checkReward(i); // of a row the next episode is about to overwrite
        checkObservation(i);
        System.arraycopy(b.observations, i * b.size, b.finalObservations, i * b.size, b.size);
        if (b.choices > 0) {
            keepFinalMask(i);
        }
        b.endedLength[i] = steps;
        if (b.autoreset == Autoreset.SAME_STEP) {
            b.episodes[i]++;
            begin(i);
        } else {
            b.over[i] = true;
            Arrays.fill(b.masks, i * b.choices, (i + 1) * b.choices, true);
        }
    }

    private void stepOver(int i) {
        if (batch.autoreset == Autoreset.DISABLED) {
            throw problem(i, "its episode has ended (expected: a reset before the next step, as DISABLED asks)", null);
        }
        batch.episodes[i]++;
        begin(i);
        said(i);
    }

    private void reset(int i, Work work) {
        if (work == Work.RESET_CHOSEN && !batch.chosen[i]) {
            return;
        }
        batch.episodes[i] = work == Work.RESET ? 0 : batch.episodes[i] + 1;
        begin(i);
        said(i);
    }

    /// A reset is no step: nothing was earned and no time passed.
    private void said(int i) {
        batch.rewards[i] = 0;
        batch.elapsed[i] = 0;
        batch.terminated[i] = false;
        batch.truncated[i] = false;
    }

    private void begin(int i) {
        Batch b = batch;
        b.steps[i] = 0;
        b.over[i] = false;
        b.random[i].rekey(b.seed, i, b.episodes[i]);
        b.environments[i].reset(b.random[i], step.begin(b.observations, i * b.size, b.size));
        if (checkedParts.length > 0) {
            checkChoices(i);
        }
        if (b.choices > 0) {
            keepMask(i);
        }
    }

    private void keepAction(int i) {
        Batch b = batch;
        float[] taken = b.taken[i];
        if (taken.length == 0) {
            return;
        }
        int end = (b.steps[i] + 1) * b.width;
        if (end > taken.length) {
            taken = Arrays.copyOf(taken, Math.max(end, Math.addExact(taken.length, taken.length)));
            b.taken[i] = taken;
        }
        for (int k = end - b.width, from = i * b.width; k < end; k++, from++) {
            taken[k] = b.actions[from];
        }
    }

    private void keepMask(int i) {
        step.copyMask(batch.masks, i * batch.choices);
        int part = step.partWithoutChoice();
        if (part >= 0) {
            throw problem(
                    i,
                    "all choices%s are masked (expected: at least one allowed, or the episode ended)"
                            .formatted(batch.actionSpace instanceof Discrete ? "" : " of part " + part),
                    null);
        }
    }

    /// An ended episode may allow nothing; who asks what it would have been worth to go on then sees all allowed.
    private void keepFinalMask(int i) {
        if (step.partWithoutChoice() >= 0) {
            Arrays.fill(batch.finalMasks, i * batch.choices, (i + 1) * batch.choices, true);
        } else {
            step.copyMask(batch.finalMasks, i * batch.choices);
        }
    }

    private void checkChoices(int i) {
        for (Part leaf : checkedParts) {
            String problem = leaf.space().problem(batch.observations, i * batch.size + leaf.offset());
            if (!problem.isEmpty()) {
                String name = leaf.name().isEmpty() ? "" : leaf.name() + ": ";
                throw problem(i, "observation: " + name + problem, null);
            }
        }
    }

    /// Looks for numbers that are none in all rows before `end`, in one pass that costs less than asking each.
    private void checkFinite(int end) {
        Batch b = batch;
        if (sumOfZeros(b.observations, from * b.size, end * b.size) + sumOfZeros(b.rewards, from, end) == 0) {
            return;
        }
        for (int i = from; i < end; i++) {
            try {
                checkReward(i);
                checkObservation(i);
            } catch (EnvironmentException e) {
                failure = e;
                failed = i;
                return;
            }
        }
    }

    /// 0, or NaN if an element is NaN or infinite: both survive a product with 0. Four sums, so that one addition
    /// need not wait for another.
    private static float sumOfZeros(float[] values, int from, int to) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int k = from;
        for (; k + 4 <= to; k += 4) {
            a += values[k] * 0;
            b += values[k + 1] * 0;
            c += values[k + 2] * 0;
            d += values[k + 3] * 0;
        }
        for (; k < to; k++) {
            a += values[k] * 0;
        }
        return a + b + c + d;
    }

    private void checkReward(int i) {
        if (!Float.isFinite(batch.rewards[i])) {
            throw problem(i, "reward is %s (expected: a finite number)".formatted(batch.rewards[i]), null);
        }
    }

    private void checkObservation(int i) {
        for (int k = 0; k < batch.size; k++) {
            float value = batch.observations[i * batch.size + k];
            if (!Float.isFinite(value)) {
                throw problem(i, "observation element %d is %s (expected: a finite number)".formatted(k, value), null);
            }
        }
    }

    /// Of the environment being run now; called by whoever waited too long.
    EnvironmentException hangs(String problem, Throwable where) {
        return problem(at(), problem, where);
    }

    private EnvironmentException problem(int i, String problem, @Nullable Throwable cause) {
        float[] taken = batch.steps[i] == 0
                ? new float[0]
                : Arrays.copyOfRange(batch.actions, i * batch.width, (i + 1) * batch.width);
        String more = "";
        for (float number : taken) {
            if (!Float.isFinite(number)) {
                more = " Its action was no number, as happens where training diverges: lower learning_rate, or bring"
                        + " observations and rewards nearer to -1..1.";
            }
        }
        return new EnvironmentException(i, batch.episodes[i], batch.steps[i], taken, problem + more, cause);
    }

    /// Brings an environment to where its saved episode was.
    private void replay(int i) {
        Batch b = batch;
        long random = b.random[i].state();
        b.random[i].rekey(b.seed, i, b.episodes[i]);
        b.environments[i].reset(b.random[i], step.begin(replayed, 0, b.size));
        if (b.savesItself(i)) {
            b.random[i].restore(random); // the rest is the environment's own
            return;
        }
        for (int t = 0; t < b.steps[i]; t++) {
            boolean early = step.terminated() || step.truncated();
            if (early) {
                throw otherwise(i, "the episode ended after %d".formatted(t));
            }
            b.environments[i].step(action.at(b.taken[i], t * b.width, b.width), step.begin(replayed, 0, b.size));
        }
        for (int k = 0; k < b.size; k++) {
            float saved = b.observations[i * b.size + k];
            if (Float.floatToRawIntBits(replayed[k]) != Float.floatToRawIntBits(saved)) {
                throw otherwise(i, "observation element %d is %s, and was %s".formatted(k, replayed[k], saved));
            }
        }
        if (b.random[i].state() != random) {
            throw otherwise(i, "it drew another number of random values");
        }
    }

    private CheckpointException otherwise(int i, String difference) {
        return new CheckpointException(
                "environment %d is not deterministic: taking the %d actions of its episode %d again, %s (expected: the same bit for bit). Let it draw all chance from the generator that reset is given and read no clock; where something outlives an episode, implement Resumable."
                        .formatted(i, batch.steps[i], batch.episodes[i], difference));
    }
}
