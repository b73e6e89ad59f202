/// What off-policy algorithms remember: transitions, the oldest forgotten first.
///
/// [Experience] steps environments and folds n steps into one transition; [ReplayBuffer] keeps transitions and
/// draws a [Batch] of them, uniformly or by priority. On-policy algorithms are next door, in
/// `rollout`.
@NullMarked
package dev.rein.toolkit.replay;

import org.jspecify.annotations.NullMarked;
