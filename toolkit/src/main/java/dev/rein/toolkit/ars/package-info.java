/// Augmented random search (Mania et al. 2018): learning without gradients. [Ars] reads top to bottom like the paper;
/// [ArsHyperParameters] has every number with its range.
@NullMarked
package dev.rein.toolkit.ars;

import org.jspecify.annotations.NullMarked;
