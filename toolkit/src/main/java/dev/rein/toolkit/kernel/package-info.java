/// Arithmetic on flat `float[]`: matrix products, element-wise functions, reductions.
///
/// Every SIMD kernel has a scalar twin that is its definition; which is used is decided once, at start ([Kernels]).
/// Nothing here allocates, and nothing here knows what a network is.
@NullMarked
package dev.rein.toolkit.kernel;

import org.jspecify.annotations.NullMarked;
