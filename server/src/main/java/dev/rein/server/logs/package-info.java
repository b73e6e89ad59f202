/// Log groups, streams and events: append-only, one stream a host.
@NullMarked
package dev.rein.server.logs;

import org.jspecify.annotations.NullMarked;
