/// Environments by name: [dev.rein.toolkit.environment.registry.Environments] knows every one that comes with the
/// toolkit. Your own needs no name: pass its constructor.
@NullMarked
package dev.rein.toolkit.environment.registry;

import org.jspecify.annotations.NullMarked;
