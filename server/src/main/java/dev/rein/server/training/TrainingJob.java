package dev.rein.server.training;

import static java.util.Objects.requireNonNull;

import dev.rein.server.metric.MetricValue;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.PojoJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A training job as it is remembered: what was asked for, and all that became of it. Immutable.
///
/// @param request     CreateTrainingJob as it came, in AWS JSON
/// @param transitions one for each secondary status it has had, the last one open until the job ends
/// @param metrics     the last value of each metric, kept when the job ends; before that they are with its run
record TrainingJob(
        String arn,
        String region,
        JsonNode request,
        JobState state,
        List<Transition> transitions,
        List<MetricValue> metrics) {
    static final String KIND = "training-job";

    private static final JsonMapper JSON = new JsonMapper();

    /// @param status  AWS's secondary status
    /// @param message what clients print
    /// @param end     empty while it lasts
    record Transition(String status, String message, Instant start, Optional<Instant> end) {
        public Transition {
            requireNonNull(status, "status");
            requireNonNull(message, "message");
            requireNonNull(start, "start");
        }
    }

    TrainingJob {
        requireNonNull(arn, "arn");
        requireNonNull(region, "region");
        requireNonNull(request, "request");
        requireNonNull(state, "state");
        transitions = List.copyOf(transitions);
        metrics = List.copyOf(metrics);
    }

    static TrainingJob accepted(CreateTrainingJobRequest request, Caller caller, Instant at) {
        var state = new JobState.Starting();
        WireStatus status = WireStatus.of(state);
        return new TrainingJob(
                caller.sagemakerArn(KIND + "/" + request.trainingJobName()),
                caller.region(),
                JSON.readTree(PojoJson.text(request)),
                state,
                List.of(new Transition(status.secondary().toString(), status.message(), at, Optional.empty())),
                List.of());
    }

    static TrainingJob parse(String body) {
        return JSON.readValue(body, TrainingJob.class);
    }

    String body() {
        return JSON.writeValueAsString(this);
    }

    CreateTrainingJobRequest created() {
        return PojoJson.read(request, CreateTrainingJobRequest.builder(), CreateTrainingJobRequest.class);
    }

    String name() {
        return request.path("TrainingJobName").asString();
    }

    WireStatus status() {
        return WireStatus.of(state);
    }

    /// The job after an event; the same object when the event changed nothing.
    TrainingJob on(Instant at, UnaryOperator<JobState> event) {
        return on(at, "", event);
    }

    /// @param note added to the transition's message, for example what was left out of the archive
    TrainingJob on(Instant at, String note, UnaryOperator<JobState> event) {
        JobState next = event.apply(state);
        if (next.equals(state)) {
            return this;
        }
        return new TrainingJob(arn, region, request, next, transitionsTo(next, at, note), metrics);
    }

    TrainingJob withMetrics(List<MetricValue> values) {
        return new TrainingJob(arn, region, request, state, transitions, values);
    }

    /// A clock set back never shows: a transition starts no earlier than the one before it.
    private List<Transition> transitionsTo(JobState next, Instant at, String note) {
        WireStatus status = WireStatus.of(next);
        Transition last = transitions.getLast();
        Instant start = at.isBefore(last.start()) ? last.start() : at;
        String message = note.isEmpty() ? status.message() : status.message() + ". " + note;
        var all = new ArrayList<Transition>(transitions);
        if (status.secondary().toString().equals(last.status()) && message.equals(last.message())) {
            return all;
        }
        all.set(all.size() - 1, new Transition(last.status(), last.message(), last.start(), Optional.of(start)));
        Optional<Instant> end = next instanceof JobState.Ended ? Optional.of(start) : Optional.empty();
        all.add(new Transition(status.secondary().toString(), message, start, end));
        return all;
    }
}
