package dev.rein.toolkit.replay;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.environment.Space;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Transitions in columns, the oldest overwritten when it is full. Owned by one thread; nothing is allocated after
/// construction.
public final class ReplayBuffer {
    private final Space space;
    private final int size;
    private final int features;
    private final int actionSize;
    private final int choices;
    private final int capacity;
    private final @Nullable Priorities priorities;

    private final float[] observation;
    private final float[] action;
    private final float[] reward;
    private final float[] discount;
    private final float[] next;
    private final boolean[] nextMask;

    private int filled;
    private int at;

    /// Draws uniformly.
    ///
    /// @param choices  that masks speak of; 0 where nothing is masked
    /// @param capacity transitions, at least 1
    /// @throws IllegalArgumentException if it would not fit into memory; says the arithmetic
    public ReplayBuffer(Space observations, int actionSize, int choices, int capacity) {
        this(observations, actionSize, choices, capacity, null);
    }

    /// Draws by priority ([#prioritise]).
    ///
    /// @param alpha how much priorities count: 0 not at all, 1 in proportion
    /// @throws IllegalArgumentException as the constructor
    public static ReplayBuffer prioritised(
            Space observations, int actionSize, int choices, int capacity, double alpha) {
        return new ReplayBuffer(observations, actionSize, choices, capacity, alpha);
    }

    private ReplayBuffer(Space observations, int actionSize, int choices, int capacity, @Nullable Double alpha) {
        this.space = requireNonNull(observations, "observations");
        this.size = space.size();
        this.features = space.features();
        this.actionSize = actionSize;
        this.choices = choices;
        this.capacity = capacity;
        checkFits(alpha != null);
        priorities = alpha == null ? null : new Priorities(capacity, alpha);
        observation = new float[capacity * size];
        action = new float[capacity * actionSize];
        reward = new float[capacity];
        discount = new float[capacity];
        next = new float[capacity * size];
        nextMask = new boolean[capacity * choices];
    }

    private void checkFits(boolean prioritised) {
        if (capacity < 1) {
            throw new IllegalArgumentException("buffer_size: %d (expected: at least 1)".formatted(capacity));
        }
        long each = 4L * (2L * size + actionSize + 2) + choices + (prioritised ? Priorities.MOST_BYTES : 0);
        long heap = Runtime.getRuntime().maxMemory();
        long most =
                Math.min(heap * 9 / 10 / each, (Integer.MAX_VALUE - 8) / Math.max(size, Math.max(actionSize, choices)));
        if (prioritised) {
            most = Math.min(most, Priorities.MOST_CAPACITY);
        }
        if (capacity > most) {
            throw new IllegalArgumentException(
                    ("buffer_size: %,d transitions of %d bytes (two observations of %d numbers, an action of %d, "
                                    + "%d choices%s) are %,d MB (expected: at most %,d transitions in a heap of %,d MB). "
                                    + "Lower buffer_size, or give the JVM more with -Xmx.")
                            .formatted(
                                    capacity,
                                    each,
                                    size,
                                    actionSize,
                                    choices,
                                    prioritised ? ", a priority" : "",
                                    (capacity * each) >> 20,
                                    most,
                                    heap >> 20));
        }
    }

    /// Transitions kept now.
    public int size() {
        return filled;
    }

    public int capacity() {
        return capacity;
    }

    /// Keeps a transition.
    ///
    /// @param seen      holds the observation, as the environment gave it, from element `seen0`
    /// @param taken     holds the action from element `taken0`
    /// @param count     what the value of the next observation counts; 0 where the episode terminated
    /// @param after     holds the next observation from element `after0`
    /// @param afterMask holds what is allowed next from element `mask0`; null if all is
    public void add(
            float[] seen,
            int seen0,
            float[] taken,
            int taken0,
            float earned,
            float count,
            float[] after,
            int after0,
            boolean @Nullable [] afterMask,
            int mask0) {
        System.arraycopy(seen, seen0, observation, at * size, size);
        System.arraycopy(taken, taken0, action, at * actionSize, actionSize);
        reward[at] = earned;
        discount[at] = count;
        System.arraycopy(after, after0, next, at * size, size);
        if (afterMask == null) {
            Arrays.fill(nextMask, at * choices, (at + 1) * choices, true);
        } else {
            System.arraycopy(afterMask, mask0, nextMask, at * choices, choices);
        }
        if (priorities != null) {
            priorities.added(at);
        }
        at = at + 1 == capacity ? 0 : at + 1;
        filled = Math.max(filled, at == 0 ? capacity : at);
    }

    /// A batch that fits this buffer.
    public Batch batch(int rows) {
        return new Batch(rows, features, actionSize, choices);
    }

    /// Draws transitions, with replacement.
    ///
    /// @param beta how far importance weights undo the priorities, 0..1; without meaning where draws are uniform
    /// @throws IllegalStateException if nothing was added yet
    public void sample(RandomGenerator random, double beta, Batch batch) {
        if (filled == 0) {
            throw new IllegalStateException("sample: the buffer is empty (expected: some transitions added before)");
        }
        if (priorities == null) {
            for (int row = 0; row < batch.rows(); row++) {
                batch.place[row] = random.nextInt(filled);
            }
            Arrays.fill(batch.weight, 1);
        } else {
            priorities.draw(random, filled, beta, batch.place, batch.weight);
        }
        for (int row = 0; row < batch.rows(); row++) {
            int from = batch.place[row];
            space.encode(observation, from * size, batch.observation, row * features);
            space.encode(next, from * size, batch.next, row * features);
            System.arraycopy(action, from * actionSize, batch.action, row * actionSize, actionSize);
            batch.reward[row] = reward[from];
            batch.discount[row] = discount[from];
            System.arraycopy(nextMask, from * choices, batch.nextMask, row * choices, choices);
        }
    }

    /// Sets the priorities of a drawn batch; nothing where draws are uniform.
    ///
    /// @param errors temporal-difference errors, by row; their size counts
    public void prioritise(Batch batch, float[] errors) {
        if (priorities != null) {
            for (int row = 0; row < batch.rows(); row++) {
                priorities.set(batch.place[row], Math.abs(errors[row]));
            }
        }
    }

    /// Walks everything it keeps.
    public void state(Checkpoint checkpoint) {
        filled = (int) checkpoint.integer("filled", filled);
        at = (int) checkpoint.integer("at", at);
        checkpoint.floats("observation", observation, filled * size);
        checkpoint.floats("action", action, filled * actionSize);
        checkpoint.floats("reward", reward, filled);
        checkpoint.floats("discount", discount, filled);
        checkpoint.floats("next", next, filled * size);
        checkpoint.truths("next_mask", nextMask, filled * choices);
        if (priorities != null) {
            priorities.state(checkpoint.part("priorities"));
        }
    }
}
