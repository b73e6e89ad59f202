/// Python runtimes: named places for entry points, made by a recipe on first use and kept.
///
/// A folder of runtimes holds one folder each (pinned requirements, shims, `runtime.json`), the recipe that makes
/// them, and a table of the images they answer for. Start with [PythonRuntimes].
@NullMarked
package dev.rein.server.runtime;

import org.jspecify.annotations.NullMarked;
