/// Tags on any resource, by its ARN. Creating and deleting resources sets and drops their tags; that happens where
/// the resources live.
@NullMarked
package dev.rein.server.tag;

import org.jspecify.annotations.NullMarked;
