/// Soft actor-critic (Haarnoja et al. 2018, with the automatic temperature of their second paper): off-policy
/// learning of continuous actions that stays as random as it can afford.
///
/// [SoftActor], the stochastic actor with its temperature, is shared with `tqc`.
@NullMarked
package dev.rein.toolkit.sac;

import org.jspecify.annotations.NullMarked;
