/// Simulators that were written to run once in a JVM, many times in one:
/// [dev.rein.toolkit.environment.isolation.Isolated].
@NullMarked
package dev.rein.toolkit.environment.isolation;

import org.jspecify.annotations.NullMarked;
