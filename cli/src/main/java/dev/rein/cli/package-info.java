/// `rein …`: options → SDK call → text or JSON, exit code.
@NullMarked
package dev.rein.cli;

import org.jspecify.annotations.NullMarked;
