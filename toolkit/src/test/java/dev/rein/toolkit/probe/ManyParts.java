package dev.rein.toolkit.probe;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Dict;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.MultiBinary;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.Tuple;
import java.util.random.RandomGenerator;

/// A car whose every part can be driven wrong: each earns 1 where it does what the observation says. One gear and one
/// of each pair are masked, which gear changes from step to step; taking a masked one is a failure.
public final class ManyParts implements Environment {
    public static final Dict OBSERVATIONS = Dict.of("sign", new Discrete(3))
            .with("pair", new MultiDiscrete(2, 2))
            .with("inside", Tuple.of(new MultiBinary(2), Box.of(-1, 1, 1)));
    public static final Dict ACTIONS = Dict.of("gear", new Discrete(4))
            .with("aim", Box.of(-1, 1, 1))
            .with("lights", new MultiBinary(2))
            .with("inside", Tuple.of(new MultiDiscrete(3, 2)));
    private static final Part GEAR = ACTIONS.part("gear");
    private static final Part AIM = ACTIONS.part("aim");
    private static final Part LIGHTS = ACTIONS.part("lights");
    private static final Part PAIR = ACTIONS.leaves().getLast();

    private RandomGenerator random = RandomGenerator.getDefault();
    private final float[] seen = new float[OBSERVATIONS.size()];

    @Override
    public Space observationSpace() {
        return OBSERVATIONS;
    }

    @Override
    public Space actionSpace() {
        return ACTIONS;
    }

    @Override
    public boolean masksActions() {
        return true;
    }

    @Override
    public void reset(RandomGenerator newRandom, Step step) {
        random = newRandom;
        look(step);
    }

    @Override
    public void step(Row action, Step step) {
        int sign = (int) seen[0];
        int gear = action.part(GEAR).index();
        Row pair = action.part(PAIR);
        if (gear == (sign + 1) % 4 || pair.index(0) == 2 || action.part(AIM).get(0) < -1) {
            throw new AssertionError("a masked or impossible action was taken");
        }
        float miss = action.part(AIM).get(0) - 0.5f * seen[5];
        step.reward((gear == sign ? 1 : 0)
                + (pair.index(0) == (int) seen[1] ? 1 : 0)
                + (pair.index(1) == (int) seen[2] ? 1 : 0)
                + (action.part(LIGHTS).get(0) == seen[3] ? 1 : 0)
                + (action.part(LIGHTS).get(1) == 1 - seen[4] ? 1 : 0)
                + 1
                - miss * miss);
        look(step);
        step.terminate();
    }

    private void look(Step step) {
        seen[0] = random.nextInt(3);
        for (int i = 1; i < 5; i++) {
            seen[i] = random.nextInt(2);
        }
        seen[5] = 2 * random.nextFloat() - 1;
        step.observation().putAll(seen);
        step.allow(GEAR, ((int) seen[0] + 1) % 4, false);
        step.allow(PAIR, 0, 2, false);
    }
}
