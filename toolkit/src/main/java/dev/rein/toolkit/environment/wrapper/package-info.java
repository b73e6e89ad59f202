/// Environments around others, as Gymnasium's of the same names: they change what is seen, done or earned.
///
/// Observations and rewards are normalised by running statistics in the policy, which saves and exports them; there
/// is no wrapper for that.
@NullMarked
package dev.rein.toolkit.environment.wrapper;

import org.jspecify.annotations.NullMarked;
