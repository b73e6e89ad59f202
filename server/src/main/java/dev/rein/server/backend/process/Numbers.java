package dev.rein.server.backend.process;

import dev.rein.server.backend.HostId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;

/// Users and addresses for hosts, each given to one host or job at a time. Safe for any number of threads.
///
/// Users lie far above those of people and services, in a block of 65,536 that depends on the folder, so that two
/// servers on one machine hardly ever share one.
final class Numbers {
    private static final int USERS = 1_000_000_000;
    private static final int BLOCK = 65_536;
    private static final int BLOCKS = 4_096;
    /// 127.64.1.n … 127.126.250.n: the machine's own loopback network, away from what programs use by habit.
    private static final int SUBNETS = 62 * 250;

    private final int firstUser;
    private final BitSet users = new BitSet();
    private final BitSet subnets = new BitSet();
    private final Map<String, Integer> subnetOf = new HashMap<>();
    private final Map<String, Integer> hostsOf = new HashMap<>();

    Numbers(Path folder) {
        var crc = new CRC32();
        crc.update(folder.toString().getBytes(StandardCharsets.UTF_8));
        firstUser = USERS + (int) (crc.getValue() % BLOCKS) * BLOCK;
    }

    int firstUser() {
        return firstUser;
    }

    synchronized int takeUser() {
        int user = users.nextClearBit(0);
        if (user >= BLOCK) {
            throw new IllegalStateException("All " + BLOCK + " users are taken; remove ended hosts");
        }
        users.set(user);
        return firstUser + user;
    }

    /// The owner's number: all its hosts have the same.
    synchronized int takeSubnet(String owner) {
        hostsOf.merge(owner, 1, Integer::sum);
        return subnetOf.computeIfAbsent(owner, _ -> {
            int subnet = subnets.nextClearBit(0);
            subnets.set(subnet);
            return subnet % SUBNETS;
        });
    }

    /// Notes what a host of an earlier server holds.
    synchronized void taken(HostId id, LaunchRecord launch) {
        if (launch.uid() >= firstUser && launch.uid() < firstUser + BLOCK) {
            users.set(launch.uid() - firstUser);
        }
        subnets.set(launch.subnet());
        subnetOf.put(id.owner(), launch.subnet());
        hostsOf.merge(id.owner(), 1, Integer::sum);
    }

    synchronized void free(HostId id, LaunchRecord launch) {
        if (launch.uid() >= firstUser && launch.uid() < firstUser + BLOCK) {
            users.clear(launch.uid() - firstUser);
        }
        if (hostsOf.merge(id.owner(), -1, Integer::sum) <= 0) {
            hostsOf.remove(id.owner());
            subnetOf.remove(id.owner());
            subnets.clear(launch.subnet());
        }
    }

    /// The loopback address of a job's host.
    ///
    /// @param index 0 for the first
    String address(int subnet, int index) {
        return "127." + (64 + subnet / 250) + "." + (1 + subnet % 250) + "." + (1 + index);
    }
}
