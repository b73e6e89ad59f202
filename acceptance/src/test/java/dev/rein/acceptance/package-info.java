/// The whole system: real processes, the real server, foreign clients, and the rules every room keeps.
@NullMarked
package dev.rein.acceptance;

import org.jspecify.annotations.NullMarked;
