/// Worlds an agent acts in: spaces, the contract of a simulator, and many of them stepped as one batch.
///
/// Bring your own by implementing [Environment]; run many with [VectorEnvironment]. Names, rewards, limits and the
/// two ways an episode ends are Gymnasium's. Environments of ours are next door, in `environment.classic`.
@NullMarked
package dev.rein.toolkit.environment;

import org.jspecify.annotations.NullMarked;
