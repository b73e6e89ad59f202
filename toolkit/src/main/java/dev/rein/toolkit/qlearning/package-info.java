/// Q-learning (Watkins & Dayan 1992) on a table. [QLearning] reads top to bottom like the paper;
/// [QLearningHyperParameters] has every number with its range.
@NullMarked
package dev.rein.toolkit.qlearning;

import org.jspecify.annotations.NullMarked;
