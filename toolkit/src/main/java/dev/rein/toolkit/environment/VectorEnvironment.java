package dev.rein.toolkit.environment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Many environments stepped as one batch, on the calling thread. An ended episode is followed at once by the next
/// (Gymnasium's SAME_STEP): [#observations] then holds the first observation of the next episode and
/// [#finalObservations] the last of the ended one.
///
/// The arrays stay the same for the life of the batch and are overwritten by every step. Owned by one thread at a
/// time.
public final class VectorEnvironment implements AutoCloseable {
    private final List<Environment> environments;
    private final Space observationSpace;
    private final Space actionSpace;
    private final int size;
    private final int choices;
    private final long seed;

    private final float[] observations;
    private final float[] finalObservations;
    private final float[] rewards;
    private final float[] elapsed;
    private final boolean[] terminated;
    private final boolean[] truncated;
    private final boolean[] masks;

    private final long[] episodes;
    private final EpisodeRandom[] random;
    /// What is checked of every observation: a choice outside its space would be another's feature. A number
    /// outside a Box is the simulator's affair.
    private final Part[] chosen;

    private final Step step;
    private final Row action = new Row();
    private final EpisodeStatistics statistics;
    private boolean begun;

    private VectorEnvironment(List<Environment> environments, long seed) {
        Environment first = environments.getFirst();
        this.environments = environments;
        this.seed = seed;
        observationSpace = first.observationSpace();
        actionSpace = first.actionSpace();
        size = observationSpace.size();
        chosen = observationSpace.leaves().stream()
                .filter(leaf -> !(leaf.space() instanceof Box))
                .toArray(Part[]::new);
        step = new Step(first);
        choices = step.choices();
        int count = environments.size();
        observations = new float[count * size];
        finalObservations = new float[count * size];
        rewards = new float[count];
        elapsed = new float[count];
        terminated = new boolean[count];
        truncated = new boolean[count];
        masks = new boolean[count * choices];
        episodes = new long[count];
        random = new EpisodeRandom[count];
        for (int i = 0; i < count; i++) {
            random[i] = new EpisodeRandom(seed, i, 0);
        }
        statistics = new EpisodeStatistics(count);
    }

    /// @param maker called once for each environment; every call makes another of the same spaces
    /// @param count at least 1
    /// @param seed  the chance of all episodes
    /// @throws IllegalArgumentException if the maker gives the same environment twice running, or other spaces;
    ///     those made by then are closed
    public static VectorEnvironment of(Supplier<? extends Environment> maker, int count, long seed) {
        if (count < 1) {
            throw new IllegalArgumentException("count: %d (expected: at least 1)".formatted(count));
        }
        List<Environment> made = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                made.add(another(maker.get(), made));
            }
            return new VectorEnvironment(List.copyOf(made), seed);
        } catch (RuntimeException e) {
            closeAll(made).forEach(e::addSuppressed);
            throw e;
        }
    }

    @SuppressWarnings("ReferenceEquality") // the same object is the mistake; an equal one is not
    private static Environment another(Environment environment, List<Environment> made) {
        // comparing with the latest alone keeps many environments cheap, and finds `() -> mine`, the usual mistake
        if (!made.isEmpty() && made.getLast() == environment) {
            throw new IllegalArgumentException(
                    "maker: gave the same %s twice (expected: a new one at every call, as `() -> new …` does)"
                            .formatted(environment.getClass().getSimpleName()));
        }
        if (!made.isEmpty() && !alike(made.getFirst(), environment)) {
            throw new IllegalArgumentException(
                    "maker: environment %d has observations %s and actions %s (expected: %s and %s, as the first)"
                            .formatted(
                                    made.size(),
                                    environment.observationSpace(),
                                    environment.actionSpace(),
                                    made.getFirst().observationSpace(),
                                    made.getFirst().actionSpace()));
        }
        return environment;
    }

    private static boolean alike(Environment one, Environment other) {
        return one.observationSpace().equals(other.observationSpace())
                && one.actionSpace().equals(other.actionSpace())
                && one.masksActions() == other.masksActions();
    }

    public int count() {
        return environments.size();
    }

    public Space observationSpace() {
        return observationSpace;
    }

    public Space actionSpace() {
        return actionSpace;
    }

    public long seed() {
        return seed;
    }

    /// `[count × observation size]`, of the episodes now running.
    public float[] observations() {
        return observations;
    }

    /// `[count × observation size]`; a row is meaningful where the last step ended an episode.
    public float[] finalObservations() {
        return finalObservations;
    }

    public float[] rewards() {
        return rewards;
    }

    /// Time each step took; 1 unless the simulator says otherwise.
    public float[] elapsed() {
        return elapsed;
    }

    public boolean[] terminated() {
        return terminated;
    }

    public boolean[] truncated() {
        return truncated;
    }

    /// `[count × choices]`, which actions are allowed now; empty where nothing is masked.
    public boolean[] masks() {
        return masks;
    }

    public EpisodeStatistics statistics() {
        return statistics;
    }

    /// Begins the first episode everywhere, whatever was running before.
    public void reset() {
        statistics.forgetRunning();
        for (int i = 0; i < environments.size(); i++) {
            episodes[i] = 0;
            begin(i);
        }
        begun = true;
    }

    /// Takes one action everywhere.
    ///
    /// @param actions `[count × action size]`
    /// @throws IllegalStateException    before the first reset, or if an environment says something impossible
    /// @throws IllegalArgumentException if there are fewer or more actions than that
    public void step(float[] actions) {
        if (!begun) {
            throw new IllegalStateException("step: called before reset (expected: reset once, then steps)");
        }
        int width = actionSpace.size();
        if (actions.length != environments.size() * width) {
            throw new IllegalArgumentException("actions: %d numbers (expected: %d for %d of %s)"
                    .formatted(actions.length, environments.size() * width, environments.size(), actionSpace));
        }
        for (int i = 0; i < environments.size(); i++) {
            environments.get(i).step(action.at(actions, i * width, width), step.begin(observations, i * size, size));
            checkSaid(i);
            rewards[i] = step.reward();
            elapsed[i] = step.elapsed();
            terminated[i] = step.terminated();
            truncated[i] = step.truncated() && !step.terminated();
            statistics.step(i, step.reward());
            if (step.terminated() || step.truncated()) {
                System.arraycopy(observations, i * size, finalObservations, i * size, size);
                statistics.end(i);
                episodes[i]++;
                begin(i);
            } else if (choices > 0) {
                keepMask(i);
            }
        }
    }

    private void begin(int i) {
        random[i].rekey(seed, i, episodes[i]);
        environments.get(i).reset(random[i], step.begin(observations, i * size, size));
        checkSaid(i);
        if (choices > 0) {
            keepMask(i);
        }
    }

    private void keepMask(int i) {
        step.copyMask(masks, i * choices);
        int part = step.partWithoutChoice();
        if (part >= 0) {
            throw new IllegalStateException(
                    "environment %d, episode %d: all choices%s are masked (expected: at least one allowed, or the episode ended)"
                            .formatted(
                                    i,
                                    episodes[i],
                                    actionSpace instanceof MultiDiscrete ? " of part %d".formatted(part) : ""));
        }
    }

    private void checkSaid(int i) {
        float sum = step.reward() * 0;
        for (int k = i * size; k < (i + 1) * size; k++) {
            sum += observations[k] * 0; // NaN and infinity survive a product with 0
        }
        if (Float.isNaN(sum)) {
            throw new IllegalStateException(said(i));
        }
        if (!(step.elapsed() >= 0 && step.elapsed() < Float.POSITIVE_INFINITY)) {
            throw new IllegalStateException("environment %d, episode %d: elapsed is %s (expected: 0 or more, finite)"
                    .formatted(i, episodes[i], step.elapsed()));
        }
        for (Part leaf : chosen) {
            String problem = leaf.space().problem(observations, i * size + leaf.offset());
            if (!problem.isEmpty()) {
                throw new IllegalStateException("environment %d, episode %d: observation: %s%s"
                        .formatted(i, episodes[i], leaf.name().isEmpty() ? "" : leaf.name() + ": ", problem));
            }
        }
    }

    private String said(int i) {
        if (!Float.isFinite(step.reward())) {
            return "environment %d, episode %d: reward is %s (expected: a finite number)"
                    .formatted(i, episodes[i], step.reward());
        }
        for (int k = 0; k < size; k++) {
            if (!Float.isFinite(observations[i * size + k])) {
                return "environment %d, episode %d: observation element %d is %s (expected: a finite number)"
                        .formatted(i, episodes[i], k, observations[i * size + k]);
            }
        }
        throw new AssertionError("nothing is wrong");
    }

    /// Closes every environment, the last first, and throws the first failure with the others suppressed.
    @Override
    public void close() {
        List<RuntimeException> failures = closeAll(environments);
        if (!failures.isEmpty()) {
            RuntimeException first = failures.removeFirst();
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }

    private static List<RuntimeException> closeAll(List<Environment> environments) {
        List<RuntimeException> failures = new ArrayList<>();
        for (Environment environment : environments.reversed()) {
            try {
                environment.close();
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
        return failures;
    }
}
