/// The object store: an embedded S3, and the platform's own client of it.
@NullMarked
package dev.rein.server.objects;

import org.jspecify.annotations.NullMarked;
