/// Reinforcement learning and nothing else: runs from a plain `main()`, knows no cloud and no server.
@NullMarked
package dev.rein.toolkit;

import org.jspecify.annotations.NullMarked;
