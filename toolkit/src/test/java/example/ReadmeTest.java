package example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.toolkit.environment.TimeLimit;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.policy.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    @Test
    void programsStandInTheReadmeAsTheyAreCompiled() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        for (String program : new String[] {"HelpDesk", "TrainHelpDesk"}) {
            String source = Files.readString(Path.of("src/test/java/example/" + program + ".java"));
            String body = source.substring(source.indexOf("final class"));
            assertThat(readme).contains(body);
        }
    }

    @Test
    void trainedPolicyBeatsEveryFixedNumberOfDesks(@TempDir Path folder) throws IOException {
        double trained = TrainHelpDesk.train(folder).returnMean();
        for (int action = 0; action < 3; action++) {
            assertThat(trained).isGreaterThan(returnOfAlways(action));
        }
        assertThat(Policy.load(folder.resolve("policy.rein")).act(1)[0]).isEqualTo(2);
        assertThat(folder.resolve("policy.onnx")).isNotEmptyFile();
    }

    private static double returnOfAlways(float action) {
        int days = 200;
        try (var desks = VectorEnvironment.of(() -> new TimeLimit(new HelpDesk(), 60), days, 9)) {
            float[] actions = new float[days];
            Arrays.fill(actions, action);
            double[] returns = new double[days];
            boolean[] over = new boolean[days];
            desks.reset();
            for (int minute = 0; minute < 60; minute++) {
                desks.step(actions);
                for (int i = 0; i < days; i++) {
                    returns[i] += over[i] ? 0 : desks.rewards()[i];
                    over[i] |= desks.terminated()[i] || desks.truncated()[i];
                }
            }
            return Arrays.stream(returns).average().orElseThrow();
        }
    }
}
