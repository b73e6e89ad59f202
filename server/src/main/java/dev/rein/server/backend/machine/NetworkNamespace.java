package dev.rein.server.backend.machine;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Opens sockets in another network namespace than the server's own. A socket belongs for ever to the namespace it
/// was opened in, whoever uses it, so only the opening needs to go there.
public final class NetworkNamespace {
    private static final int CLONE_NEWNET = 0x4000_0000;
    private static final int READ_ONLY_CLOSE_ON_EXEC = 0x8_0000;

    private final MethodHandle open;
    private final MethodHandle setns;
    private final MethodHandle close;

    @SuppressWarnings("restricted") // three functions of the C library, with the types its manual gives
    public NetworkNamespace() {
        Linker linker = Linker.nativeLinker();
        var functions = linker.defaultLookup();
        open = linker.downcallHandle(
                functions.findOrThrow("open"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        setns = linker.downcallHandle(
                functions.findOrThrow("setns"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        close = linker.downcallHandle(
                functions.findOrThrow("close"), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    /// Does the work on a thread inside the namespace; the thread ends with it.
    ///
    /// @param namespace such as `/proc/<pid>/ns/net`
    /// @throws IOException if there is no such namespace, or this process may not enter it
    public <T> T inside(Path namespace, Callable<T> work) throws IOException {
        var result = new CompletableFuture<T>();
        Thread thread = Thread.ofPlatform().name("namespace").start(() -> {
            try {
                enter(namespace);
                result.complete(work.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        try {
            thread.join();
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            Throwable cause = requireNonNull(e.getCause());
            throw new IOException(namespace + ": " + cause.getMessage(), cause);
        }
    }

    /// A socket for one connection inside the namespace.
    ///
    /// @throws IOException as [#inside]
    public SocketChannel socket(Path namespace) throws IOException {
        return inside(namespace, () -> SocketChannel.open(StandardProtocolFamily.INET));
    }

    private void enter(Path namespace) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            int file = (int) open.invokeExact(arena.allocateFrom(namespace.toString()), READ_ONLY_CLOSE_ON_EXEC);
            if (file < 0) {
                throw new IOException("no such namespace, or not for this user");
            }
            int entered = (int) setns.invokeExact(file, CLONE_NEWNET);
            int closed = (int) close.invokeExact(file);
            if (entered != 0 || closed != 0) {
                throw new IOException("the namespace cannot be entered by this user");
            }
        }
    }
}
