/// Where hosts run. A backend launches hosts, tells how they ended, and finds them again after a restart of the
/// server.
@NullMarked
package dev.rein.server.backend;

import org.jspecify.annotations.NullMarked;
