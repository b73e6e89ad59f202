/// Proximal policy optimisation (Schulman et al. 2017). [Ppo] reads top to bottom like the paper;
/// [PpoHyperParameters] has every number with its range.
@NullMarked
package dev.rein.toolkit.ppo;

import org.jspecify.annotations.NullMarked;
