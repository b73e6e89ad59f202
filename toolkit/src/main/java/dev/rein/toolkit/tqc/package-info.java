/// Truncated quantile critics (Kuznetsov et al. 2020): SAC whose critics learn distributions of returns, the
/// rosiest part of which is left out of the targets.
@NullMarked
package dev.rein.toolkit.tqc;

import org.jspecify.annotations.NullMarked;
