/// How well the algorithms learn: a table of cells, each an algorithm on an environment with a budget and a bar,
/// trained over seeds and judged by the interquartile mean with a bootstrap interval (Agarwal et al. 2021).
///
/// Start with [Learning]. What was measured lies in `docs/learning`, one file a cell, and is never computed twice.
@NullMarked
package dev.rein.bench.learning;

import org.jspecify.annotations.NullMarked;
