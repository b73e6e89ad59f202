package dev.rein.server.training;

import dev.rein.server.training.JobState.Completed;
import dev.rein.server.training.JobState.Downloading;
import dev.rein.server.training.JobState.Failed;
import dev.rein.server.training.JobState.Outcome;
import dev.rein.server.training.JobState.Preparing;
import dev.rein.server.training.JobState.Starting;
import dev.rein.server.training.JobState.StopCause;
import dev.rein.server.training.JobState.Stopped;
import dev.rein.server.training.JobState.Stopping;
import dev.rein.server.training.JobState.Training;
import dev.rein.server.training.JobState.Uploading;
import dev.rein.server.training.JobState.Waiting;
import software.amazon.awssdk.services.sagemaker.model.SecondaryStatus;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// How a state is told to clients: the only place that knows AWS's words for it.
///
/// @param message the transition's StatusMessage; what clients print
record WireStatus(TrainingJobStatus status, SecondaryStatus secondary, String message) {
    static WireStatus of(JobState state) {
        return switch (state) {
            case Starting _ -> running(SecondaryStatus.STARTING, "Starting the training job");
            case Waiting(var need) -> running(SecondaryStatus.PENDING, "Training job waiting for capacity: " + need);
            case Downloading _ -> running(SecondaryStatus.DOWNLOADING, "Downloading input data");
            case Preparing(var _, var progress) -> running(SecondaryStatus.DOWNLOADING_TRAINING_IMAGE, progress);
            case Training _ -> running(SecondaryStatus.TRAINING, "Training in progress");
            case Stopping _ ->
                new WireStatus(TrainingJobStatus.STOPPING, SecondaryStatus.STOPPING, "Stopping the training job");
            case Uploading(var _, var _, Outcome.Stop _) ->
                new WireStatus(
                        TrainingJobStatus.STOPPING, SecondaryStatus.UPLOADING, "Uploading generated training model");
            case Uploading _ -> running(SecondaryStatus.UPLOADING, "Uploading generated training model");
            case Completed _ ->
                new WireStatus(TrainingJobStatus.COMPLETED, SecondaryStatus.COMPLETED, "Training job completed");
            case Failed _ -> new WireStatus(TrainingJobStatus.FAILED, SecondaryStatus.FAILED, "Training job failed");
            case Stopped stopped
            when stopped.cause() == StopCause.MAX_RUNTIME ->
                new WireStatus(
                        TrainingJobStatus.STOPPED,
                        SecondaryStatus.MAX_RUNTIME_EXCEEDED,
                        "Training job runtime exceeded MaxRuntimeInSeconds provided");
            case Stopped _ ->
                new WireStatus(TrainingJobStatus.STOPPED, SecondaryStatus.STOPPED, "Training job stopped");
        };
    }

    private static WireStatus running(SecondaryStatus secondary, String message) {
        return new WireStatus(TrainingJobStatus.IN_PROGRESS, secondary, message);
    }
}
