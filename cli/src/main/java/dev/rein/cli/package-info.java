/// `rein …`: options → SDK or server call → text or JSON, exit code.
///
/// Each command is one class that reads top to bottom; start with [Main]. Nothing here knows how a job runs or what
/// the wire looks like: that is the SDK's and the server's business. What this package does know is where Rein is
/// installed ([Installation]) and which server runs on a `$REIN_HOME` ([ReinHome]).
@NullMarked
package dev.rein.cli;

import org.jspecify.annotations.NullMarked;
