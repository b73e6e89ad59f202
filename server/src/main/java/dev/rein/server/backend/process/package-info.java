/// Hosts as process trees of this machine that outlive the server.
///
/// Start with [ProcessBackend]. A host is a folder ([HostFolder]) and a small detached shell program that
/// supervises it (`launch.sh` beside this package), inside a sandbox as good as the machine allows ([Isolation]).
/// What the server knows of a host it reads from the folder and from `/proc`, so a later server finds everything
/// again. How the contents of `/opt/ml` come about, and what becomes of them, is not decided here.
@NullMarked
package dev.rein.server.backend.process;

import org.jspecify.annotations.NullMarked;
