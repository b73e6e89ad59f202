/// Quick starts: AOT caches of this program's own three kinds of JVM, made by rehearsing each once.
///
/// Optional. A JVM ignores a cache that does not fit and starts as usual, only slower.
@NullMarked
package dev.rein.workload.start;

import org.jspecify.annotations.NullMarked;
