/// Metrics of training jobs: numbers read from log lines by regular expression, and kept.
///
/// Start with [MetricScanner], which reads them; [MetricLog] keeps them. Nothing here knows what a job is, or the
/// wire.
@NullMarked
package dev.rein.server.metric;

import org.jspecify.annotations.NullMarked;
