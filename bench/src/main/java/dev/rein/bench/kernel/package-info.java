/// The small pieces that training is made of, timed one by one by JMH ([Pieces]), and how far each kernel is from what
/// the machine can do ([Roofline]). `bench/micro` runs both.
@NullMarked
package dev.rein.bench.kernel;

import org.jspecify.annotations.NullMarked;
