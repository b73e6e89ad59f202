/// A table of action values, what tabular algorithms learn: start with [ActionValues]. Choosing from it while learning
/// is here too; what is learned, and how, lives with the algorithms.
@NullMarked
package dev.rein.toolkit.table;

import org.jspecify.annotations.NullMarked;
