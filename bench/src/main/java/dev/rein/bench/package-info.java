/// Measurements: side-by-side runs against other libraries. Never released; `bench/README.md` says how to repeat
/// each figure.
@NullMarked
package dev.rein.bench;

import org.jspecify.annotations.NullMarked;
