package dev.rein.server.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.server.training.JobState.Completed;
import dev.rein.server.training.JobState.Downloading;
import dev.rein.server.training.JobState.Ended;
import dev.rein.server.training.JobState.Failed;
import dev.rein.server.training.JobState.Outcome;
import dev.rein.server.training.JobState.Starting;
import dev.rein.server.training.JobState.StopCause;
import dev.rein.server.training.JobState.Stopped;
import dev.rein.server.training.JobState.Stopping;
import dev.rein.server.training.JobState.Training;
import dev.rein.server.training.JobState.Uploading;
import dev.rein.server.training.JobState.Waiting;
import dev.rein.server.wire.Caller;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;

final class JobStateTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant T1 = T0.plusSeconds(10);

    private static final List<UnaryOperator<JobState>> EVENTS = List.of(
            state -> state.waitingFor("room"),
            JobState::admitted,
            state -> state.downloading(T0),
            state -> state.launching(T1),
            state -> state.stopping(T1, StopCause.REQUESTED),
            state -> state.stopping(T1, StopCause.MAX_RUNTIME),
            state -> state.exited(new Outcome.Success()),
            state -> state.exited(new Outcome.Failure("AlgorithmError: no")),
            state -> state.stored(T1, Optional.of("s3://m")),
            state -> state.stoppedUnlaunched(T1),
            state -> state.failed(T1, "InternalServerError: no"));

    @Test
    void anEndedJobStaysAsItEnded() {
        List<Ended> ends = List.of(
                new Completed(Optional.of(T0), T1, Optional.of("s3://m")),
                new Failed(Optional.empty(), T1, "AlgorithmError: no"),
                new Stopped(Optional.of(T0), T1, StopCause.REQUESTED, Optional.empty()));
        for (Ended end : ends) {
            assertThat(EVENTS).allSatisfy(event -> assertThat(event.apply(end)).isSameAs(end));
        }
    }

    @Test
    void aStoppingJobEndsStoppedEvenIfItsProcessExitsZero() {
        JobState state = new Training(T0, T0)
                .stopping(T1, StopCause.REQUESTED)
                .exited(new Outcome.Success())
                .stored(T1, Optional.of("s3://m"));
        assertThat(state).isEqualTo(new Stopped(Optional.of(T0), T1, StopCause.REQUESTED, Optional.of("s3://m")));
    }

    @Test
    void whileResultsAreStoredAStopComesTooLate() {
        JobState storing = new Training(T0, T0).exited(new Outcome.Success());
        assertThat(storing.stopping(T1, StopCause.REQUESTED)).isSameAs(storing);
    }

    @Test
    void theFirstReasonToStopStays() {
        JobState state =
                new Training(T0, T0).stopping(T1, StopCause.MAX_RUNTIME).stopping(T1, StopCause.REQUESTED);
        assertThat(state)
                .isInstanceOfSatisfying(
                        Stopping.class, stopping -> assertThat(stopping.cause()).isEqualTo(StopCause.MAX_RUNTIME));
    }

    @Test
    void hostsAreLaunchedOnlyFromDownloading() {
        assertThat(List.of(
                        new Starting(),
                        new Waiting("room"),
                        new Stopping(Optional.of(T0), Optional.empty(), T1, StopCause.REQUESTED)))
                .allSatisfy(state -> assertThat(state.launching(T1)).isSameAs(state));
        assertThat(new Downloading(T0).launching(T1)).isEqualTo(new Training(T0, T1));
        assertThat(new Downloading(T0).preparing("half").launching(T1)).isEqualTo(new Training(T0, T1));
    }

    @Test
    void whateverHappensInWhateverOrderAJobNeverGoesBack() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int run = 0; run < 500; run++) {
            JobState state = new Starting();
            int stage = 0;
            boolean ended = false;
            for (int i = 0; i < 40; i++) {
                JobState next = EVENTS.get(random.nextInt(EVENTS.size())).apply(state);
                assertThat(stage(next))
                        .as("seed %d: %s -> %s", seed, state, next)
                        .isGreaterThanOrEqualTo(stage);
                assertThat(!ended || next.equals(state))
                        .as("seed %d: %s", seed, next)
                        .isTrue();
                state = next;
                stage = stage(next);
                ended = next instanceof Ended;
                assertThat(WireStatus.of(state).message()).isNotEmpty();
            }
        }
    }

    private static int stage(JobState state) {
        return switch (state) {
            case Starting _, Waiting _ -> 0;
            case Downloading _, JobState.Preparing _ -> 1;
            case Training _ -> 2;
            case Stopping _ -> 3;
            case Uploading _ -> 4;
            case Ended _ -> 5;
        };
    }

    @Nested
    final class GivenItsDocument {
        private final TrainingJob job = TrainingJob.accepted(
                CreateTrainingJobRequest.builder()
                        .trainingJobName("mine")
                        .hyperParameters(java.util.Map.of("a", "\"b\""))
                        .build(),
                new Caller("AKID", "000000000000", "us-west-2", "arn:aws:iam::000000000000:user/me"),
                T0);

        @Test
        void everyStateComesBackAsItWas() {
            var states = new ArrayList<JobState>(List.of(
                    new Starting(),
                    new Waiting("room"),
                    new Downloading(T0),
                    new JobState.Preparing(T0, "installing"),
                    new Training(T0, T1),
                    new Stopping(Optional.of(T0), Optional.empty(), T1, StopCause.MAX_RUNTIME),
                    new Uploading(T0, T1, new Outcome.Success()),
                    new Uploading(T0, T1, new Outcome.Failure("AlgorithmError: no")),
                    new Uploading(T0, T1, new Outcome.Stop(StopCause.REQUESTED)),
                    new Completed(Optional.of(T0), T1, Optional.of("s3://m")),
                    new Failed(Optional.empty(), T1, "AlgorithmError: no"),
                    new Stopped(Optional.empty(), T1, StopCause.REQUESTED, Optional.empty())));
            assertThat(states).allSatisfy(state -> {
                TrainingJob there = job.on(T1, "a note", _ -> state);
                assertThat(TrainingJob.parse(there.body())).isEqualTo(there);
            });
            assertThat(TrainingJob.parse(job.body()).created().hyperParameters())
                    .containsEntry("a", "\"b\"");
        }

        @Test
        void aClockSetBackNeverShowsInItsTransitions() {
            TrainingJob later = job.on(T0.minusSeconds(3600), state -> state.downloading(T0));
            assertThat(later.transitions().getLast().start()).isEqualTo(T0);
        }

        @Test
        void whatChangedNothingIsTheSameJob() {
            assertThat(job.on(T1, JobState::admitted)).isSameAs(job);
        }
    }
}
