/// Our side of the rows of `bench/speed`: each program does one row's work and prints its [Rate]. The peers' side is
/// in `bench/peers`, the rows themselves in `bench/speed`.
@NullMarked
package dev.rein.bench.speed;

import org.jspecify.annotations.NullMarked;
