/// What the machine can carry: instance types, and who runs when.
///
/// [Capacity] is the queue that training jobs pass; [InstanceType] says how much each asks for. Endpoints do not
/// pass here: they serve beside training.
@NullMarked
package dev.rein.server.capacity;

import org.jspecify.annotations.NullMarked;
