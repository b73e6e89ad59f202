/// REINFORCE (Williams 1992), the first policy gradient. [Reinforce] reads top to bottom like the paper;
/// [ReinforceHyperParameters] has every number with its range.
@NullMarked
package dev.rein.toolkit.reinforce;

import org.jspecify.annotations.NullMarked;
