/// What a prediction costs a client program, whatever the platform's own share of it.
@NullMarked
package dev.rein.bench.predict;

import org.jspecify.annotations.NullMarked;
