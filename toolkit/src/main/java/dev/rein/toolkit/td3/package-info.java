/// Twin delayed deep deterministic policy gradient (Fujimoto et al. 2018): a deterministic actor, and three
/// remedies for critics that think too well of it.
@NullMarked
package dev.rein.toolkit.td3;

import org.jspecify.annotations.NullMarked;
