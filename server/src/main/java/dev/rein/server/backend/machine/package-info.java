/// What hosts need of this machine whichever way they run on it: GPUs of their own, and ways between networks that are
/// kept apart.
///
/// [Gpus] says who has which. A [Door] lets the server in to a host without a network, through its
/// [NetworkNamespace]; a [Relay] carries the connections. Nothing here knows of processes, containers or launches.
@NullMarked
package dev.rein.server.backend.machine;

import org.jspecify.annotations.NullMarked;
