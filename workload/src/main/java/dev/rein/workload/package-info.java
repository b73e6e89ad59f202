/// The program inside the box: the SageMaker Containers contract (`/opt/ml`, `SM_*`), entry points, `/ping` and
/// `/invocations`.
@NullMarked
package dev.rein.workload;

import org.jspecify.annotations.NullMarked;
