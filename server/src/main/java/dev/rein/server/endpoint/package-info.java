/// Models, endpoint configurations, endpoints, and the way of an invocation to a replica.
@NullMarked
package dev.rein.server.endpoint;

import org.jspecify.annotations.NullMarked;
