/// LunarLander on Box2D's physics, by way of JBox2D, as Gymnasium has it; equal to it in how controllers fare
/// rather than digit by digit.
@NullMarked
package dev.rein.toolkit.environment.lander;

import org.jspecify.annotations.NullMarked;
