/// Deep Q-learning with quantiles of the return (Dabney et al. 2018).
@NullMarked
package dev.rein.toolkit.qrdqn;

import org.jspecify.annotations.NullMarked;
