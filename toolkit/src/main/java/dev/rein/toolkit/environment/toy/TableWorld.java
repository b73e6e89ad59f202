package dev.rein.toolkit.environment.toy;

import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Renderable;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import java.util.random.RandomGenerator;

/// A world that is its table of transitions; the observation is the state's number.
abstract sealed class TableWorld implements Renderable permits CliffWalking, FrozenLake, Taxi {
    final Transitions transitions;
    /// Where episodes begin, each as likely.
    private final int[] starts;
    private final Space observations;
    private final Space actions;

    private RandomGenerator random = RandomGenerator.getDefault();
    private int state;

    TableWorld(Transitions transitions, int... starts) {
        this.transitions = transitions;
        this.starts = starts;
        observations = new Discrete(transitions.states());
        actions = new Discrete(transitions.actions());
        state = starts[0];
    }

    @Override
    public final Space observationSpace() {
        return observations;
    }

    @Override
    public final Space actionSpace() {
        return actions;
    }

    @Override
    public final void reset(RandomGenerator newRandom, Step step) {
        random = newRandom;
        begin(starts.length == 1 ? starts[0] : starts[random.nextInt(starts.length)], step);
    }

    /// Begins from a state of the caller's: for comparing with Gymnasium's table.
    final void begin(int newState, Step step) {
        state = newState;
        observe(step);
    }

    @Override
    public final void step(Row action, Step step) {
        int outcome = transitions.draw(random, state, action.index());
        state = transitions.next(outcome);
        step.reward(transitions.reward(outcome));
        if (transitions.terminates(outcome)) {
            step.terminate();
        }
        observe(step);
    }

    private void observe(Step step) {
        step.observation().put(state);
        mask(step);
    }

    /// Says which actions are allowed; all are, by default.
    void mask(Step step) {}

    final int state() {
        return state;
    }

    final int[] starts() {
        return starts.clone();
    }
}
