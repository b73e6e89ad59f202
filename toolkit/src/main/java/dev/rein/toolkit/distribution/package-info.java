/// From a network's outputs to actions: the most likely one, a draw, and the derivatives policy gradients need.
///
/// Start with [ActionHead], what a policy needs to act; [Distribution] adds what policy gradients ask. Spaces are
/// next door, in `environment`; losses live with their algorithms.
@NullMarked
package dev.rein.toolkit.distribution;

import org.jspecify.annotations.NullMarked;
