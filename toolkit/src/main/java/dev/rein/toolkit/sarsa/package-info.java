/// SARSA(λ) on a table (Rummery & Niranjan 1994; Sutton & Barto 2018, chapter 12). [Sarsa] reads top to bottom like the
/// book; [SarsaHyperParameters] has every number with its range.
@NullMarked
package dev.rein.toolkit.sarsa;

import org.jspecify.annotations.NullMarked;
