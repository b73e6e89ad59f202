package dev.rein.cli;

import dev.rein.sdk.Session;

/// The platform a command speaks to: the one on `$REIN_HOME`.
final class Here {
    private Here() {}

    static Session session() {
        return Session.local(ReinHome.ofEnvironment().path());
    }
}
