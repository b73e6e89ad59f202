/// What an on-policy algorithm remembers between acting and learning: fixed-length rollouts and their advantages.
///
/// Start with [Rollout]. Off-policy memory is next door, in `replay`.
@NullMarked
package dev.rein.toolkit.rollout;

import org.jspecify.annotations.NullMarked;
