/// Metrics of training jobs: numbers read from log lines by regular expression, and kept.
///
/// Start with [MetricScanner], which reads them; a [MetricStore] keeps them, and [MetricApi] answers CloudWatch's
/// callers.
@NullMarked
package dev.rein.server.metric;

import org.jspecify.annotations.NullMarked;
