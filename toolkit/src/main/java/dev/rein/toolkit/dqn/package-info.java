/// Deep Q-learning (Mnih et al. 2015) with the options that grew on it: double, dueling, n-step, prioritised
/// replay, noisy networks, distributions of returns; all of them together are Rainbow.
///
/// [Dqn] is the learner, [DqnHyperParameters#rainbow] every option at once. What its network says of an action, its
/// value, probabilities or quantiles of its return, is a [ReturnModel], so that `qrdqn` shares everything else.
@NullMarked
package dev.rein.toolkit.dqn;

import org.jspecify.annotations.NullMarked;
