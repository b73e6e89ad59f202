/// Networks: black boxes that map a batch of rows to a batch of rows and give gradients back.
///
/// Start with [Network]; [Sequential] is the one we have, [Architecture] its shape. A recurrent network would carry
/// its state in the rows (part of the input, part of the output), one by another engine would copy parameters in
/// and out. Losses are closed forms at the heads and live with their algorithms, so there is no autodiff here.
/// Arithmetic is next door, in `kernel`.
@NullMarked
package dev.rein.toolkit.nn;

import org.jspecify.annotations.NullMarked;
