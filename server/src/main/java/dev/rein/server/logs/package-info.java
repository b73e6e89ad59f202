/// Log groups, streams and events: append-only, one stream a host, and CloudWatch Logs' operations that read them.
///
/// Start with [LogStore]: it follows hosts' output ([LogFollower]) and keeps it; [LogApi] answers for it. Reading
/// metrics out of lines is the listener's matter, and so is naming streams.
@NullMarked
package dev.rein.server.logs;

import org.jspecify.annotations.NullMarked;
