package dev.rein.toolkit.environment;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import java.util.random.RandomGenerator;

/// An environment around another: passes everything on until a subclass says otherwise. Closing it closes what it
/// wraps.
public abstract class Wrapper implements Resumable {
    private final Environment environment;

    protected Wrapper(Environment environment) {
        this.environment = requireNonNull(environment, "environment");
    }

    /// What it wraps.
    public final Environment wrapped() {
        return environment;
    }

    /// The environment inside all wrappers.
    public static Environment unwrapped(Environment environment) {
        Environment inside = environment;
        while (inside instanceof Wrapper wrapper) {
            inside = wrapper.environment;
        }
        return inside;
    }

    @Override
    public Space observationSpace() {
        return environment.observationSpace();
    }

    @Override
    public Space actionSpace() {
        return environment.actionSpace();
    }

    @Override
    public boolean masksActions() {
        return environment.masksActions();
    }

    @Override
    public void reset(RandomGenerator random, Step step) {
        environment.reset(random, step);
    }

    @Override
    public void step(Row action, Step step) {
        environment.step(action, step);
    }

    @Override
    public final boolean isResumable() {
        return environment instanceof Resumable resumable && resumable.isResumable();
    }

    @Override
    public final void state(Checkpoint checkpoint) {
        own(checkpoint);
        if (environment instanceof Resumable resumable) {
            resumable.state(checkpoint.part("wrapped"));
        }
    }

    /// Saves or restores what the wrapper itself knows, as [Resumable#state] does.
    protected void own(Checkpoint checkpoint) {}

    /// Saves or restores what the wrapper itself knew before the running episode began: for replaying that episode
    /// where the environment inside cannot save itself. Only for what outlives episodes, such as running
    /// statistics.
    protected void carried(Checkpoint checkpoint) {}

    final void allCarried(Checkpoint checkpoint) {
        carried(checkpoint);
        if (environment instanceof Wrapper wrapper) {
            wrapper.allCarried(checkpoint.part("wrapped"));
        }
    }

    @Override
    public void close() {
        environment.close();
    }
}
