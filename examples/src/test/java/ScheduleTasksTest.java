import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.toolkit.environment.check.EnvironmentChecker;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.training.Evaluation;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The simulator of others, stepped in process, teaches a better rule than the one it ships.
class ScheduleTasksTest {
    private static final int EPISODES = 20;
    private static final long SEED = 7;

    @Test
    void learnsToPlaceTasksBetterThanInTurnAndThanByCountingThem(@TempDir Path folder) throws IOException {
        try (var learner = new Ppo(ScheduleTasks.settings(), ScheduleTasks::episodes, SEED)) {
            learner.train(60_000, _ -> {});
            double learned = Evaluation.of(learner.policy(), ScheduleTasks::episodes, EPISODES, SEED)
                    .returnMean();
            assertThat(learned)
                    .isGreaterThan(ScheduleTasks.returnMean(ScheduleTasks.Rule.ROUND_ROBIN, EPISODES, SEED) / 2)
                    .isGreaterThan(ScheduleTasks.returnMean(ScheduleTasks.Rule.FEWEST_TASKS, EPISODES, SEED));
            learner.policy().exportOnnx(folder.resolve("policy.onnx"));
            assertThat(folder.resolve("policy.onnx")).isNotEmptyFile();
        }
    }

    @Test
    void theSimulatorKeepsTheContract() {
        var report = EnvironmentChecker.check(ScheduleTasks::episodes);
        assertThat(report.problems()).isEmpty();
    }
}
