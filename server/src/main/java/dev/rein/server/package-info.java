/// The control plane: accepts work, remembers it, launches boxes, serves S3, logs and endpoints.
@NullMarked
package dev.rein.server;

import org.jspecify.annotations.NullMarked;
