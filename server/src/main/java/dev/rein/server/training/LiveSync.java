package dev.rein.server.training;

import dev.rein.server.artifact.FolderSync;
import dev.rein.server.artifact.UntrustedTree;
import dev.rein.server.backend.Host;
import dev.rein.server.objects.ObjectStore;
import dev.rein.server.objects.S3Uri;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Uploads intermediate output and checkpoints of a running job, on a thread of its own until [#finish] or
/// [#close].
final class LiveSync implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LiveSync.class);

    private final String job;
    private final Duration interval;
    private final List<FolderSync> folders = new ArrayList<>();
    private final CountDownLatch enough = new CountDownLatch(1);
    private final Thread thread;

    private LiveSync(JobPlan plan, List<Host> hosts, ObjectStore objects, Path scratch, Duration interval) {
        this.job = plan.name();
        this.interval = interval;
        S3Uri intermediate = plan.output().resolve("intermediate");
        Optional<S3Uri> checkpoints = plan.checkpoints();
        for (Host host : hosts) {
            folders.add(new FolderSync(
                    new UntrustedTree(host.ml(), "output/intermediate"), intermediate, objects, scratch, false));
            checkpoints.ifPresent(to -> folders.add(
                    new FolderSync(new UntrustedTree(host.ml(), plan.checkpointFolder()), to, objects, scratch, true)));
        }
        this.thread = Thread.ofVirtual().name("sync-" + job).unstarted(this::run);
    }

    static LiveSync start(JobPlan plan, List<Host> hosts, ObjectStore objects, Path scratch, Duration interval) {
        var sync = new LiveSync(plan, hosts, objects, scratch, interval);
        sync.thread.start();
        return sync;
    }

    private void run() {
        try {
            while (!enough.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            // closed in the middle of a look: the last word is finish()'s
        }
    }

    private void look() {
        for (FolderSync folder : folders) {
            try {
                folder.look();
            } catch (IOException e) {
                // The next look tries again, and finish() tells the job if it was in vain.
                log.warn("training job {}: cannot upload while it runs: {}", job, e.toString());
            }
        }
    }

    /// Uploads what is left. Call it when the hosts have ended.
    void finish() throws IOException, InterruptedException {
        enough.countDown();
        thread.join();
        for (FolderSync folder : folders) {
            folder.finish();
        }
    }

    @Override
    public void close() {
        enough.countDown();
        thread.interrupt();
    }
}
