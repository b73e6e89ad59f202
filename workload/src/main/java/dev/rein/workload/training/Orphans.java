package dev.rein.workload.training;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Set;

/// Processes an entry point started and did not wait for.
///
/// On Linux this program makes itself their parent (`prctl(PR_SET_CHILD_SUBREAPER)`), else they would go to the
/// machine's first process and outlive the job.
final class Orphans {
    private static final int PR_SET_CHILD_SUBREAPER = 36;

    private final Thread adoption;

    /// Looking up a native function takes tens of milliseconds: it goes on beside the preparations.
    Orphans() {
        adoption = Thread.ofPlatform().name("subreaper").daemon().start(Orphans::becomeParent);
    }

    /// Call before the first process is started.
    void awaitAdoption() throws InterruptedException {
        adoption.join();
    }

    /// Kills every process that descends from this one, and those that come to light by it.
    void kill() {
        Set<Long> killed = new HashSet<>(); // the dead stay listed: nobody waits for them
        for (boolean more = true; more; ) {
            more = ProcessHandle.current()
                            .descendants()
                            .filter(left -> killed.add(left.pid()))
                            .peek(ProcessHandle::destroyForcibly)
                            .count()
                    > 0;
        }
    }

    @SuppressWarnings(
            "restricted") // Java has no other way to prctl; without the right to it nothing but tidiness is lost
    private static void becomeParent() {
        Linker linker = Linker.nativeLinker();
        var prctl = linker.defaultLookup().find("prctl");
        if (prctl.isEmpty()) {
            return; // not Linux: the backend's process group or namespace takes care
        }
        var call = linker.downcallHandle(
                prctl.get(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        try {
            int _ = (int) call.invokeExact(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
        } catch (Throwable refused) {
            throw new LinkageError("prctl", refused);
        }
    }
}
