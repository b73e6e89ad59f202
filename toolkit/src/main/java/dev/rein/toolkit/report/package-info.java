/// Listeners that write a training run's progress down: for a terminal, for a program, for TensorBoard.
///
/// Each is a `Consumer<Progress>`; those that hold a file are closed by who made them. One line a second for logs
/// is next door, [dev.rein.toolkit.training.ProgressLine].
@NullMarked
package dev.rein.toolkit.report;

import org.jspecify.annotations.NullMarked;
