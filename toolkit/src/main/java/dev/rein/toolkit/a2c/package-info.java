/// Advantage actor-critic (Mnih et al. 2016), synchronous. [A2c] reads top to bottom like the paper;
/// [A2cHyperParameters] has every number with its range.
@NullMarked
package dev.rein.toolkit.a2c;

import org.jspecify.annotations.NullMarked;
