package dev.rein.server.training;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Optional;

/// Where a training job stands. Every transition is a pure function that answers with the next state, or with the
/// same state when the event comes too late to matter: an ended job stays as it ended, and a stopping job stops
/// however its hosts exit.
///
/// Nothing has been launched in [Starting], [Waiting], [Downloading] and [Preparing]; from [Training] on, something
/// may have been: [Training] is stored before the first host is launched, so a job found in an earlier state can be
/// begun anew.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
    @JsonSubTypes.Type(value = JobState.Starting.class, name = "starting"),
    @JsonSubTypes.Type(value = JobState.Waiting.class, name = "waiting"),
    @JsonSubTypes.Type(value = JobState.Downloading.class, name = "downloading"),
    @JsonSubTypes.Type(value = JobState.Preparing.class, name = "preparing"),
    @JsonSubTypes.Type(value = JobState.Training.class, name = "training"),
    @JsonSubTypes.Type(value = JobState.Stopping.class, name = "stopping"),
    @JsonSubTypes.Type(value = JobState.Uploading.class, name = "uploading"),
    @JsonSubTypes.Type(value = JobState.Completed.class, name = "completed"),
    @JsonSubTypes.Type(value = JobState.Failed.class, name = "failed"),
    @JsonSubTypes.Type(value = JobState.Stopped.class, name = "stopped")
})
sealed interface JobState {
    /// Why a job is stopped before its own end.
    enum StopCause {
        REQUESTED,
        MAX_RUNTIME
    }

    /// Accepted, or given its capacity; nothing done yet.
    record Starting() implements JobState {}

    /// In the queue.
    ///
    /// @param need what it waits for, for people
    record Waiting(String need) implements JobState {
        public Waiting {
            requireNonNull(need, "need");
        }
    }

    /// Filling `/opt/ml`.
    ///
    /// @param began when work on the job's hosts began: its billed time runs from here
    record Downloading(Instant began) implements JobState {
        public Downloading {
            requireNonNull(began, "began");
        }
    }

    /// Its data is there; what it runs in is being made, as on a runtime's first use.
    ///
    /// @param progress how far that is, for people
    record Preparing(Instant began, String progress) implements JobState {
        public Preparing {
            requireNonNull(began, "began");
            requireNonNull(progress, "progress");
        }
    }

    /// Hosts are being launched, or run.
    ///
    /// @param launched when; the time limit runs from here, and the log streams are named by it
    record Training(Instant began, Instant launched) implements JobState {
        public Training {
            requireNonNull(began, "began");
            requireNonNull(launched, "launched");
        }
    }

    /// Being stopped.
    ///
    /// @param began    empty if no work had begun
    /// @param launched empty if no host had been launched
    /// @param since    when SIGTERM was, or is to be, sent
    record Stopping(Optional<Instant> began, Optional<Instant> launched, Instant since, StopCause cause)
            implements JobState {
        public Stopping {
            requireNonNull(since, "since");
            requireNonNull(cause, "cause");
        }
    }

    /// All hosts have exited and their logs are complete; results go to S3.
    record Uploading(Instant began, Instant launched, Outcome outcome) implements JobState {
        public Uploading {
            requireNonNull(began, "began");
            requireNonNull(launched, "launched");
            requireNonNull(outcome, "outcome");
        }
    }

    /// What the hosts' exits decided; the job ends so once its results are stored.
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Outcome.Success.class, name = "success"),
        @JsonSubTypes.Type(value = Outcome.Failure.class, name = "failure"),
        @JsonSubTypes.Type(value = Outcome.Stop.class, name = "stop")
    })
    sealed interface Outcome {
        record Success() implements Outcome {}

        record Failure(String reason) implements Outcome {
            public Failure {
                requireNonNull(reason, "reason");
            }
        }

        record Stop(StopCause cause) implements Outcome {
            public Stop {
                requireNonNull(cause, "cause");
            }
        }
    }

    /// A terminal state.
    sealed interface Ended extends JobState {
        Optional<Instant> began();

        Instant at();

        /// The S3 URI of the model, if one was stored.
        default Optional<String> model() {
            return Optional.empty();
        }
    }

    record Completed(Optional<Instant> began, Instant at, Optional<String> model) implements Ended {
        public Completed {
            requireNonNull(at, "at");
        }
    }

    record Failed(Optional<Instant> began, Instant at, String reason) implements Ended {
        public Failed {
            requireNonNull(at, "at");
            requireNonNull(reason, "reason");
        }
    }

    record Stopped(Optional<Instant> began, Instant at, StopCause cause, Optional<String> model) implements Ended {
        public Stopped {
            requireNonNull(at, "at");
            requireNonNull(cause, "cause");
        }
    }

    /// The queue cannot take it yet.
    default JobState waitingFor(String need) {
        return switch (this) {
            case Starting _, Waiting _ -> new Waiting(need);
            case Downloading _, Preparing _, Training _, Stopping _, Uploading _, Ended _ -> this;
        };
    }

    /// The queue has taken it.
    default JobState admitted() {
        return this instanceof Waiting ? new Starting() : this;
    }

    default JobState downloading(Instant at) {
        return switch (this) {
            case Starting _, Waiting _ -> new Downloading(at);
            case Downloading _, Preparing _, Training _, Stopping _, Uploading _, Ended _ -> this;
        };
    }

    /// Everything is in place and hosts are about to be launched.
    default JobState launching(Instant at) {
        return switch (this) {
            case Downloading(var began) -> new Training(began, at);
            case Preparing(var began, var _) -> new Training(began, at);
            case Starting _, Waiting _, Training _, Stopping _, Uploading _, Ended _ -> this;
        };
    }

    /// What it runs in is not there yet.
    default JobState preparing(String progress) {
        return switch (this) {
            case Downloading(var began) -> new Preparing(began, progress);
            case Preparing(var began, var _) -> new Preparing(began, progress);
            case Starting _, Waiting _, Training _, Stopping _, Uploading _, Ended _ -> this;
        };
    }

    /// A stop was asked for, or the time is over. Once results are being stored it is too late for either.
    default JobState stopping(Instant at, StopCause cause) {
        return switch (this) {
            case Starting _, Waiting _ -> new Stopping(Optional.empty(), Optional.empty(), at, cause);
            case Downloading(var began) -> new Stopping(Optional.of(began), Optional.empty(), at, cause);
            case Preparing(var began, var _) -> new Stopping(Optional.of(began), Optional.empty(), at, cause);
            case Training(var began, var launched) ->
                new Stopping(Optional.of(began), Optional.of(launched), at, cause);
            case Stopping _, Uploading _, Ended _ -> this;
        };
    }

    /// Every host has exited.
    default JobState exited(Outcome outcome) {
        return switch (this) {
            case Training(var began, var launched) -> new Uploading(began, launched, outcome);
            case Stopping stopping
            when stopping.launched().isPresent() ->
                new Uploading(
                        stopping.began().orElse(stopping.since()),
                        stopping.launched().get(),
                        new Outcome.Stop(stopping.cause()));
            case Starting _, Waiting _, Downloading _, Preparing _, Stopping _, Uploading _, Ended _ -> this;
        };
    }

    /// The results are stored.
    ///
    /// @param model the S3 URI of the stored model, if any
    default JobState stored(Instant at, Optional<String> model) {
        return switch (this) {
            case Uploading(var began, var _, Outcome.Success _) -> new Completed(Optional.of(began), at, model);
            case Uploading(var began, var _, Outcome.Failure(var reason)) -> new Failed(Optional.of(began), at, reason);
            case Uploading(var began, var _, Outcome.Stop(var cause)) ->
                new Stopped(Optional.of(began), at, cause, model);
            case Starting _, Waiting _, Downloading _, Preparing _, Training _, Stopping _, Ended _ -> this;
        };
    }

    /// A job that was stopped before a host was launched has nothing to wait for.
    default JobState stoppedUnlaunched(Instant at) {
        return this instanceof Stopping stopping && stopping.launched().isEmpty()
                ? new Stopped(stopping.began(), at, stopping.cause(), Optional.empty())
                : this;
    }

    /// It cannot go on, whoever is to blame.
    default JobState failed(Instant at, String reason) {
        return switch (this) {
            case Starting _, Waiting _ -> new Failed(Optional.empty(), at, reason);
            case Downloading(var began) -> new Failed(Optional.of(began), at, reason);
            case Preparing(var began, var _) -> new Failed(Optional.of(began), at, reason);
            case Training(var began, var _) -> new Failed(Optional.of(began), at, reason);
            case Stopping stopping -> new Failed(stopping.began(), at, reason);
            case Uploading(var began, var _, var _) -> new Failed(Optional.of(began), at, reason);
            case Ended already -> already;
        };
    }

    /// When work on its hosts began, if it has.
    default Optional<Instant> workBegan() {
        return switch (this) {
            case Starting _, Waiting _ -> Optional.empty();
            case Downloading(var began) -> Optional.of(began);
            case Preparing(var began, var _) -> Optional.of(began);
            case Training(var began, var _) -> Optional.of(began);
            case Stopping stopping -> stopping.began();
            case Uploading(var began, var _, var _) -> Optional.of(began);
            case Ended ended -> ended.began();
        };
    }
}
