package dev.rein.workload.training;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Waits until every host of the job has a name that resolves: hosts start in any order.
final class Peers {
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private Peers() {}

    /// Returns at once when the job has a single host.
    static void await(List<String> hosts, Clock clock) throws InterruptedException {
        if (hosts.size() < 2) {
            return;
        }
        Instant deadline = clock.instant().plus(PATIENCE);
        for (String host : hosts) {
            Duration pause = Duration.ofMillis(100);
            while (!resolves(host)) {
                if (clock.instant().isAfter(deadline)) {
                    throw TrainingFailure.configuration(
                            "host %s: its name does not resolve after %d minutes (hosts of this job: %s)"
                                    .formatted(host, PATIENCE.toMinutes(), hosts));
                }
                Thread.sleep(pause);
                Duration longer = pause.multipliedBy(2);
                pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
            }
        }
    }

    private static boolean resolves(String host) {
        try {
            return InetAddress.getByName(host) != null;
        } catch (UnknownHostException notYet) {
            return false;
        }
    }
}
