/// What the platform adds to a prediction: InvokeEndpoint over kept-alive connections, next to an echo over bare
/// sockets in the same run. Start with [InvokeBench]; `bench/README.md` says how to run it and read it.
@NullMarked
package dev.rein.bench.invoke;

import org.jspecify.annotations.NullMarked;
