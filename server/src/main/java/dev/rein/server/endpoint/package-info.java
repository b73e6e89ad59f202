/// Models, endpoint configurations, endpoints, and the way of an invocation to a replica.
///
/// Start with [Endpoints]: it answers the operations and the invocations. An [Endpoint] is what is remembered, its
/// [EndpointState] says what may happen next; a [Fleet] is what runs of it, and each [Replica] keeps one model
/// server alive. [Dispatcher] takes an invocation to a replica over a [ReplicaConnection].
///
/// What is served are real-time endpoints of one container. Serverless and asynchronous inference, data capture,
/// shadow variants, multi-model containers and pipelines of containers are refused by name, never ignored. Where
/// replicas run is the backend's business, and what they answer is the model's.
@NullMarked
package dev.rein.server.endpoint;

import org.jspecify.annotations.NullMarked;
