/// JSON as Python's `json` module reads and writes it, because that is how the SageMaker containers contract words
/// its environment variables and arguments: a script must not be able to tell which toolkit started it.
///
/// Start with [Json]; [PythonText] prints values the Python way. For reading configuration, not for hot paths.
@NullMarked
package dev.rein.workload.json;

import org.jspecify.annotations.NullMarked;
