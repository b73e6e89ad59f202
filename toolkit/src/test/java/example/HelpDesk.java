package example;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import java.util.random.RandomGenerator;

/// Callers arrive; each minute the agent opens one, two or three desks.
final class HelpDesk implements Environment {
    private RandomGenerator chance = RandomGenerator.getDefault();
    private int waiting;

    @Override
    public Space observationSpace() {
        return Box.of(0, 1, 1); // callers waiting, as a share of 20
    }

    @Override
    public Space actionSpace() {
        return new Discrete(3); // one, two or three desks
    }

    @Override
    public void reset(RandomGenerator random, Step step) {
        chance = random; // all chance from here: the same seed is the same day
        waiting = 0;
        step.observation().put(waiting / 20f);
    }

    @Override
    public void step(Row action, Step step) {
        int desks = 1 + action.index();
        waiting = Math.max(0, waiting + chance.nextInt(5) - desks);
        step.reward(-0.1f * waiting - 0.5f * desks);
        if (waiting > 20) {
            step.reward(-100);
            step.terminate(); // an end of the world; a time limit truncates instead
        }
        step.observation().put(Math.min(waiting / 20f, 1));
    }
}
