package dev.rein.server.backend.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The container of one host, there or not: the one of its name that bears its labels. Another of that name is
/// somebody else's, and is neither looked into nor touched.
///
/// @param labels of the host
record Container(Engine engine, String name, Map<String, String> labels) {
    private static final Logger log = LoggerFactory.getLogger(Container.class);

    /// What the daemon knows of it.
    ///
    /// @return empty when there is none
    Optional<InspectContainerResponse> inspect() {
        InspectContainerResponse found;
        try {
            found = engine.client().inspectContainerCmd(name).exec();
        } catch (NotFoundException gone) {
            return Optional.empty();
        }
        var configuration = found.getConfig();
        Map<String, String> borne = configuration == null ? null : configuration.getLabels();
        return borne != null && borne.entrySet().containsAll(labels.entrySet()) ? Optional.of(found) : Optional.empty();
    }

    /// Harmless when it has ended.
    void signal(String signal) {
        try {
            inspect()
                    .ifPresent(found -> engine.client()
                            .killContainerCmd(found.getId())
                            .withSignal(signal)
                            .exec());
        } catch (NotFoundException | ConflictException ended) {
            log.debug("{} has ended before {}", name, signal);
        }
    }

    /// Harmless when it is gone.
    void remove() {
        try {
            inspect()
                    .ifPresent(found -> engine.client()
                            .removeContainerCmd(found.getId())
                            .withForce(true)
                            .withRemoveVolumes(true)
                            .exec());
        } catch (NotFoundException gone) {
            log.debug("container {} is gone", name);
        }
    }
}
