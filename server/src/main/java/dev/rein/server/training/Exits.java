package dev.rein.server.training;

import dev.rein.server.artifact.UntrustedTree;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.training.JobState.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// How the hosts of one job end, and what that means for the job: one that fails fails them all.
final class Exits {
    private static final int REASON_LENGTH = 1024;

    /// The system's words for a disk, and for a quota, that is used up.
    private static final List<String> FULL = List.of("No space left on device", "Disk quota exceeded");

    private final List<Host> hosts;
    private final CompletableFuture<Void> all;
    private final CompletableFuture<Host> firstFailed = new CompletableFuture<>();

    Exits(List<Host> hosts) {
        this.hosts = List.copyOf(hosts);
        this.all = CompletableFuture.allOf(hosts.stream().map(Host::exit).toArray(CompletableFuture[]::new));
        for (Host host : hosts) {
            host.exit().thenAccept(exit -> {
                if (!isSuccess(exit)) {
                    firstFailed.complete(host);
                }
            });
        }
    }

    /// Waits until all have ended, one has failed, or `orElse` completes.
    ///
    /// @return false if none of it came in time
    boolean decidedOr(CompletableFuture<?> orElse, Duration time) throws InterruptedException {
        return await(CompletableFuture.anyOf(all, firstFailed, orElse), time);
    }

    /// Whether the job's end is decided: all have ended, or one has failed.
    boolean decided() {
        return all.isDone() || firstFailed.isDone();
    }

    /// Sends SIGTERM, waits for the grace, sends SIGKILL.
    ///
    /// @throws IOException if a host does not end even so
    void end(Duration grace) throws InterruptedException, IOException {
        hosts.forEach(Host::terminate);
        if (!await(all, grace)) {
            kill();
        }
    }

    /// @throws IOException if a host does not end
    void kill() throws InterruptedException, IOException {
        hosts.forEach(Host::kill);
        if (!await(all, Duration.ofMinutes(1))) {
            throw new IOException("a host goes on a minute after it was killed");
        }
    }

    /// @return false if the time was over first
    private static boolean await(CompletableFuture<?> future, Duration time) throws InterruptedException {
        try {
            future.get(Math.max(0, time.toNanos()), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("exits never complete exceptionally", e);
        }
    }

    /// What the exits come to. Only when all have ended.
    Outcome outcome() throws IOException {
        if (!firstFailed.isDone()) {
            return new Outcome.Success();
        }
        Host failed = firstFailed.join();
        return new Outcome.Failure(
                switch (failed.exit().join()) {
                    case HostExit.Lost(var reason) ->
                        "InternalServerError: %s was lost: %s".formatted(who(failed), reason);
                    case HostExit.Exited exited -> reason(failed, exited);
                });
    }

    private String reason(Host host, HostExit.Exited exit) throws IOException {
        String told = new UntrustedTree(host.ml(), "output")
                .head("failure", REASON_LENGTH)
                .orElse("");
        String memory = exit.outOfMemory()
                ? who(host) + " ran out of memory. Use a larger instance type, or smaller batches and buffers. "
                : "";
        String full = FULL.stream().anyMatch(told::contains)
                ? "The disk of %s is full: its volume (VolumeSizeInGB), or the server's own disk. "
                        .formatted(
                                hosts.size() == 1
                                        ? "the host"
                                        : "host " + host.id().name())
                : "";
        if (!told.isBlank()) {
            // a program that outlived the one that was killed knows no more than its signal
            String hints = memory + full;
            String whose = hints.isEmpty() && hosts.size() > 1 ? who(host) + ": " : hints;
            return "AlgorithmError: %s%s, exit code: %d".formatted(whose, told.strip(), exit.code());
        } else if (exit.outOfMemory()) {
            return "AlgorithmError: %s, exit code: %d".formatted(memory.strip(), exit.code());
        }
        return "AlgorithmError: %s failed without a word in /opt/ml/output/failure. Look at the end of its log., exit code: %d"
                .formatted(who(host), exit.code());
    }

    private String who(Host host) {
        return hosts.size() == 1 ? "The host" : "Host " + host.id().name();
    }

    private static boolean isSuccess(HostExit exit) {
        return exit instanceof HostExit.Exited exited && exited.code() == 0;
    }
}
