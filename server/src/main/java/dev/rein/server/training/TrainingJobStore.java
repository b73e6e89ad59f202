package dev.rein.server.training;

import dev.rein.server.store.Document;
import dev.rein.server.store.DocumentPage;
import dev.rein.server.store.DocumentQuery;
import dev.rein.server.store.Documents;
import dev.rein.server.store.DuplicateNameException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// Training jobs in the store, by name. Whatever it returns from is durable.
final class TrainingJobStore {
    private final Documents documents;
    private final Clock clock;

    TrainingJobStore(Documents documents, Clock clock) {
        this.documents = documents;
        this.clock = clock;
    }

    /// A job with what the store itself knows of it.
    record Stored(TrainingJob job, Instant created, Instant modified) {
        static Stored of(Document document) {
            return new Stored(TrainingJob.parse(document.body()), document.created(), document.modified());
        }
    }

    record Page(List<Stored> jobs, Optional<String> next) {}

    /// @throws DuplicateNameException if the name is taken
    Stored insert(TrainingJob job, Map<String, String> tags) {
        return Stored.of(documents.insert(TrainingJob.KIND, job.name(), status(job), job.body(), job.arn(), tags));
    }

    Optional<Stored> find(String name) {
        return documents.find(TrainingJob.KIND, name).map(Stored::of);
    }

    /// Lets an event happen to a job, in one step with whoever else is at it.
    ///
    /// @return the job as it now stands
    TrainingJob update(String name, UnaryOperator<JobState> event) {
        return update(name, "", event);
    }

    /// @param note see [TrainingJob#on(Instant, String, UnaryOperator)]
    TrainingJob update(String name, String note, UnaryOperator<JobState> event) {
        Instant now = clock.instant();
        return change(name, job -> job.on(now, note, event));
    }

    /// @param change pure: called again after a conflict
    TrainingJob change(String name, UnaryOperator<TrainingJob> change) {
        return documents
                .update(TrainingJob.KIND, name, document -> {
                    TrainingJob before = TrainingJob.parse(document.body());
                    TrainingJob after = change.apply(before);
                    return after.equals(before) ? document : with(document, after);
                })
                .map(document -> TrainingJob.parse(document.body()))
                .orElseThrow(() -> new IllegalStateException("training job %s is not in the store".formatted(name)));
    }

    private static Document with(Document document, TrainingJob job) {
        return new Document(
                document.kind(),
                document.name(),
                document.version(),
                status(job),
                document.created(),
                document.modified(),
                job.body());
    }

    Page list(DocumentQuery query) {
        DocumentPage page = documents.list(query);
        return new Page(page.documents().stream().map(Stored::of).toList(), page.next());
    }

    /// Every job that has not ended, oldest first.
    List<Stored> unfinished() {
        var jobs = new ArrayList<Stored>();
        for (TrainingJobStatus status : List.of(TrainingJobStatus.IN_PROGRESS, TrainingJobStatus.STOPPING)) {
            DocumentQuery query = DocumentQuery.withStatus(TrainingJob.KIND, status.toString());
            Page page = list(query);
            jobs.addAll(page.jobs());
            while (page.next().isPresent()) {
                page = list(query.from(page.next()));
                jobs.addAll(page.jobs());
            }
        }
        jobs.sort(java.util.Comparator.comparing(Stored::created));
        return jobs;
    }

    Instant now() {
        return clock.instant();
    }

    private static String status(TrainingJob job) {
        return job.status().status().toString();
    }
}
