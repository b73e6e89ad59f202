/// How long a training job takes to get going, from the caller's side and split by what the platform does
/// meanwhile.
@NullMarked
package dev.rein.bench.job;

import org.jspecify.annotations.NullMarked;
