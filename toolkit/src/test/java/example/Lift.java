package example;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Dict;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.MultiBinary;
import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.TimeLimit;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.training.ProgressLine;
import dev.rein.toolkit.training.Training;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// A lift of five floors: up, down, or open the doors for whoever called.
final class Lift implements Environment {
    private static final Dict SEEN =
            Dict.of("floor", new Discrete(5)).with("calls", new MultiBinary(5)).with("waiting", Box.of(0, 1, 1));
    private static final Part FLOOR = SEEN.part("floor");
    private static final Part CALLS = SEEN.part("calls");
    private static final Part WAITING = SEEN.part("waiting");

    private RandomGenerator chance = RandomGenerator.getDefault();
    private final float[] calls = new float[5];
    private int floor;

    @Override
    public Space observationSpace() {
        return SEEN;
    }

    @Override
    public Space actionSpace() {
        return new Discrete(3);
    }

    @Override
    public boolean masksActions() {
        return true; // there is no way up from the top, or down from the ground
    }

    @Override
    public void reset(RandomGenerator random, Step step) {
        chance = random;
        floor = 0;
        Arrays.fill(calls, 0);
        say(step);
    }

    @Override
    public void step(Row action, Step step) {
        switch (action.index()) {
            case 0 -> floor++;
            case 1 -> floor--;
            default -> {
                step.reward(calls[floor]);
                calls[floor] = 0;
            }
        }
        if (chance.nextFloat() < 0.3f) {
            calls[chance.nextInt(5)] = 1;
        }
        say(step);
    }

    private void say(Step step) {
        float waiting = 0;
        for (float call : calls) {
            waiting += call / 5;
        }
        step.observation().part(FLOOR).put(floor);
        step.observation().part(CALLS).putAll(calls);
        step.observation().part(WAITING).put(waiting);
        step.allow(0, floor < 4);
        step.allow(1, floor > 0);
    }

    static double train(Path folder, long steps) throws IOException {
        try (var ppo = new Ppo(PpoHyperParameters.defaults(), () -> new TimeLimit(new Lift(), 100), 1)) {
            var result = Training.of(ppo)
                    .budget(steps)
                    .listener(new ProgressLine(System.out))
                    .evaluation(() -> new TimeLimit(new Lift(), 100), 20_000, 50)
                    .run();
            result.best().save(folder.resolve("policy.rein"));
            result.best().exportMaskedOnnx(folder.resolve("policy.onnx"));
            return result.bestReturn();
        }
    }

    public static void main(String[] arguments) throws IOException {
        System.out.println(train(Path.of("."), 60_000));
    }
}
