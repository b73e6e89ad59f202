/// What a training run is surrounded by: named values from outside, progress, evaluation.
///
/// Algorithms live in packages of their own and use this one; it knows none of them.
@NullMarked
package dev.rein.toolkit.training;

import org.jspecify.annotations.NullMarked;
