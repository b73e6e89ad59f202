/// Networks: black boxes that map a batch of rows to a batch of rows and give gradients back.
///
/// Start with [Network]; [Mlp] is the one most policies use. Losses are closed forms at the heads and live with
/// their algorithms, so there is no autodiff here. Arithmetic is next door, in `kernel`.
@NullMarked
package dev.rein.toolkit.nn;

import org.jspecify.annotations.NullMarked;
