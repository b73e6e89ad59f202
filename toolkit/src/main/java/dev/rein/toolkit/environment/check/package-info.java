/// Tries a simulator before it is trained in: [dev.rein.toolkit.environment.check.EnvironmentChecker] finds what
/// breaks the contract of [dev.rein.toolkit.environment.Environment], all at once.
@NullMarked
package dev.rein.toolkit.environment.check;

import org.jspecify.annotations.NullMarked;
