package dev.rein.server.training;

import static dev.rein.server.training.TrainingWorld.job;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.server.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// Training jobs on a file system that is really full.
final class JobsOnAFullDiskTest {
    @TempDir
    Path folder;

    @Test
    void aJobThatTakesAllTheRoomFailsWithTheReasonAndTheNextOneRuns() throws Exception {
        try (var disk = SmallDisk.mount(folder.resolve("small"), 24);
                var world = new TrainingWorld(disk.folder())) {
            DescribeTrainingJobResponse greedy =
                    world.run(job("greedy", "cat /dev/urandom >model/all 2>/dev/null; echo still here; true"));
            assertThat(greedy.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
            assertThat(greedy.failureReason()).contains("no space is left", "create the job again");
            assertThat(world.exists("s3://results/runs/greedy/output/model.tar.gz"))
                    .isFalse();

            assertThat(world.run(job("modest", "echo x >model/x")).trainingJobStatus())
                    .isEqualTo(TrainingJobStatus.COMPLETED);
        }
    }

    @Test
    void aJobThatRunsWhileTheDiskIsFullEndsOnceThereIsRoom() throws Exception {
        try (var disk = SmallDisk.mount(folder.resolve("small"), 24);
                var world = new TrainingWorld(disk.folder())) {
            world.create(job("patient", "echo >ready; while [ -e ready ]; do sleep 0.02; done; exit 3"));
            world.untilExists("patient", "ready");
            Path filler = disk.fill();
            Files.delete(world.ml("patient").resolve("ready"));
            Files.delete(filler);
            DescribeTrainingJobResponse ended = world.ended("patient");
            assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
            assertThat(ended.failureReason()).contains("exit code: 3");
        }
    }
}
