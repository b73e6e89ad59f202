/// How cost grows with steps, environments and parameters: [Growth] measures and `bench/growth` runs it.
@NullMarked
package dev.rein.bench.growth;

import org.jspecify.annotations.NullMarked;
