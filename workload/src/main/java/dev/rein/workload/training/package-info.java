/// One host of a training job, from the platform's three configuration files to an exit code: user code, `SM_*`
/// variables, arguments, the entry point's process, `output/failure` and `output/success`.
///
/// The entry point always runs in a process of its own, a JVM script too: it gets a real environment and real
/// arguments, its exit, its crash or its death by the out-of-memory killer is told by a process that outlived it,
/// and none of this program's libraries is on its class path.
///
/// Start with [Training]. Behaviour is that of AWS's `sagemaker-training` 5.1, whose answers are recorded as test
/// data.
@NullMarked
package dev.rein.workload.training;

import org.jspecify.annotations.NullMarked;
