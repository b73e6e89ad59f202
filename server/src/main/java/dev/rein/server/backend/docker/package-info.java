/// Hosts as containers of a Docker Engine on this machine, by its API.
///
/// A host is one container of the image that was asked for, on a private network of its owner, with the host's
/// `/opt/ml` mounted from the server's folder. Everything of ours carries a label, so a later server finds it again
/// and removes what belongs to nobody. Start with [DockerBackend]; [DockerHost] is a container's life, [Engine] the
/// way to the daemon, [ContainerNetwork] the way into one that has no network. Making images is not done here: see
/// `runtimes/image.sh`.
@NullMarked
package dev.rein.server.backend.docker;

import org.jspecify.annotations.NullMarked;
