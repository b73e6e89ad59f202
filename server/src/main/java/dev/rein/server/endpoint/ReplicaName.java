package dev.rein.server.endpoint;

import dev.rein.server.backend.HostId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which replica a host is: enough to find its place again after a restart of the server. Short enough for a host
/// name.
///
/// @param generation of its deployment
/// @param variant    its variant's index in the deployment
/// @param number     unique within the endpoint, never used twice
record ReplicaName(int generation, int variant, int number) {
    private static final Pattern FORM = Pattern.compile("replica-(\\d{1,9})-(\\d{1,3})-(\\d{1,9})");
    private static final String OWNER = "endpoint/";

    static Optional<ReplicaName> of(HostId host) {
        Matcher matcher = FORM.matcher(host.name());
        return matcher.matches()
                ? Optional.of(new ReplicaName(
                        Integer.parseInt(matcher.group(1)),
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3))))
                : Optional.empty();
    }

    /// The endpoint a host runs for; empty if it is another noun's.
    static Optional<String> endpoint(HostId host) {
        return host.owner().startsWith(OWNER) ? Optional.of(host.owner().substring(OWNER.length())) : Optional.empty();
    }

    HostId host(String endpoint) {
        return new HostId(OWNER + endpoint, toString());
    }

    @Override
    public String toString() {
        return "replica-%d-%d-%d".formatted(generation, variant, number);
    }
}
