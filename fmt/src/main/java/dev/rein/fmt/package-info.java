/// Formats every Java source of the repository, or checks that it is formatted. Part of the build, never released.
///
/// `mvn -q -pl fmt process-classes -Dformat.mode=--write` formats; every build checks.
@NullMarked
package dev.rein.fmt;

import org.jspecify.annotations.NullMarked;
