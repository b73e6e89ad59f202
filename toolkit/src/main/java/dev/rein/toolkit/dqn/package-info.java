/// Deep Q-learning (Mnih et al. 2015) with the options that grew on it: double, dueling, n-step, prioritised
/// replay.
///
/// [Dqn] is the learner; what its network says of an action, its value or quantiles of its return, is a
/// [ReturnModel], so that `qrdqn` shares everything else.
@NullMarked
package dev.rein.toolkit.dqn;

import org.jspecify.annotations.NullMarked;
