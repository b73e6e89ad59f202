/// Deep deterministic policy gradient (Lillicrap et al. 2016): what `td3` improves upon, kept for comparison.
@NullMarked
package dev.rein.toolkit.ddpg;

import org.jspecify.annotations.NullMarked;
