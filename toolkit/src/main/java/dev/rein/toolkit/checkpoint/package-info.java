/// Everything a training run needs to go on as if it had never stopped, in one file.
///
/// Whatever has state walks it in one method that serves both ways: a [Checkpoint] that saves takes the values it
/// is shown, one that restores gives back those it kept. Start with [Checkpoint]; [CheckpointFile] is where they
/// lie.
@NullMarked
package dev.rein.toolkit.checkpoint;

import org.jspecify.annotations.NullMarked;
