/// The HTTP front: one port, requests told apart by target, credential scope and path.
@NullMarked
package dev.rein.server.http;

import org.jspecify.annotations.NullMarked;
