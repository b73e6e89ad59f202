/// Classic control, equal to Gymnasium's step by step.
@NullMarked
package dev.rein.toolkit.environment.classic;

import org.jspecify.annotations.NullMarked;
