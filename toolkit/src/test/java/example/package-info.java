/// The programs of the toolkit's README, as they stand there.
@NullMarked
package example;

import org.jspecify.annotations.NullMarked;
