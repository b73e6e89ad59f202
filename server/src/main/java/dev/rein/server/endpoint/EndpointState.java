package dev.rein.server.endpoint;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Optional;

/// The life of an endpoint. Each state holds what is true in it; the methods are its only transitions, and pure.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "status")
@JsonSubTypes({
    @JsonSubTypes.Type(value = EndpointState.Creating.class, name = "Creating"),
    @JsonSubTypes.Type(value = EndpointState.InService.class, name = "InService"),
    @JsonSubTypes.Type(value = EndpointState.Updating.class, name = "Updating"),
    @JsonSubTypes.Type(value = EndpointState.Failed.class, name = "Failed"),
    @JsonSubTypes.Type(value = EndpointState.Deleting.class, name = "Deleting")
})
sealed interface EndpointState {
    /// Nothing serves yet.
    record Creating(Deployment target) implements EndpointState {
        public Creating {
            requireNonNull(target, "target");
        }
    }

    /// @param failure why the last update was rolled back; empty if it was not
    record InService(Deployment serving, Optional<String> failure) implements EndpointState {
        public InService {
            requireNonNull(serving, "serving");
            requireNonNull(failure, "failure");
        }
    }

    /// The old deployment serves until the new one is ready.
    record Updating(Deployment serving, Deployment target) implements EndpointState {
        public Updating {
            requireNonNull(serving, "serving");
            requireNonNull(target, "target");
        }
    }

    /// Nothing runs.
    record Failed(Deployment wanted, String reason) implements EndpointState {
        public Failed {
            requireNonNull(wanted, "wanted");
            requireNonNull(reason, "reason");
        }
    }

    /// Being taken down; the end of this state is the end of the endpoint.
    record Deleting(Deployment last) implements EndpointState {
        public Deleting {
            requireNonNull(last, "last");
        }
    }

    /// AWS's name of the state.
    default String status() {
        return getClass().getSimpleName();
    }

    /// The newest deployment that was asked for.
    default Deployment latest() {
        return switch (this) {
            case Creating creating -> creating.target();
            case InService inService -> inService.serving();
            case Updating updating -> updating.target();
            case Failed failed -> failed.wanted();
            case Deleting deleting -> deleting.last();
        };
    }

    /// What invocations are answered by; empty while there is nothing.
    default Optional<Deployment> current() {
        return switch (this) {
            case InService inService -> Optional.of(inService.serving());
            case Updating updating -> Optional.of(updating.serving());
            case Creating _, Failed _, Deleting _ -> Optional.empty();
        };
    }

    /// The target's replicas are all ready.
    default EndpointState ready(Deployment target) {
        return switch (this) {
            case Creating creating when creating.target().equals(target) -> new InService(target, Optional.empty());
            case Updating updating when updating.target().equals(target) -> new InService(target, Optional.empty());
            case Creating _, Updating _, InService _, Failed _, Deleting _ -> this;
        };
    }

    /// The target could not be brought up.
    default EndpointState failed(Deployment target, String reason) {
        return switch (this) {
            case Creating creating when creating.target().equals(target) -> new Failed(target, reason);
            case Updating updating
            when updating.target().equals(target) -> new InService(updating.serving(), Optional.of(reason));
            case Creating _, Updating _, InService _, Failed _, Deleting _ -> this;
        };
    }

    /// A new target was accepted: only what is in service can be updated, anything else stays as it is.
    default EndpointState update(Deployment target) {
        return this instanceof InService inService ? new Updating(inService.serving(), target) : this;
    }

    default EndpointState delete() {
        return this instanceof Deleting ? this : new Deleting(latest());
    }
}
