package dev.rein.server.backend.process;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;

/// What a server must remember of a launch to find its host again, stop it, and clear up after it.
///
/// @param isolation   the step it was launched on
/// @param uid         the user it runs as, or -1 for the server's own
/// @param subnet      its job's number among the addresses of hosts
/// @param port        where its model server listens, or -1
/// @param alone       whether it has no network but its own loopback; servers before this was written noted it of none
/// @param cookie      the value of `REIN_HOST` in every process of the host
/// @param groups      its control groups
/// @param gpus        numbers of its GPUs; servers before this was written noted none
record LaunchRecord(
        Isolation isolation,
        int uid,
        int subnet,
        int port,
        @JsonSetter(nulls = Nulls.AS_EMPTY) boolean alone,
        String cookie,
        List<String> groups,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<Integer> gpus) {
    LaunchRecord {
        groups = List.copyOf(groups);
        gpus = List.copyOf(gpus);
    }
}
