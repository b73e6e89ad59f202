package dev.rein.server.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Opens a stranger's file without waiting for it. Between a look at a file and its opening the stranger may put a
/// FIFO in its place, and opening that waits for a writer who never comes. So the file is pinned first, which waits
/// for nothing, and looked at and opened by the pin: whatever happens to its name, it is the same file.
final class PinnedFile {
    /// A descriptor that names a file and can do nothing to it.
    private static final int PATH_ONLY = 0x20_0000;

    private static final int CLOSE_ON_EXEC = 0x8_0000;
    private static final int NO_FOLLOW =
            System.getProperty("os.arch").equals("aarch64") ? 0x8000 : 0x2_0000; // as the kernel's headers have it

    private static final int HERE = -100; // AT_FDCWD

    private final MethodHandle openat;
    private final MethodHandle close;

    @SuppressWarnings("restricted") // two functions of the C library, with the types its manual gives
    PinnedFile() {
        Linker linker = Linker.nativeLinker();
        var functions = linker.defaultLookup();
        openat = linker.downcallHandle(
                functions.findOrThrow("openat"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(3));
        close = linker.downcallHandle(
                functions.findOrThrow("close"), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    /// @param base not the stranger's to replace
    /// @param file relative to it; no link on its way is followed
    /// @throws NoSuchFileException if no plain file is there
    InputStream open(Path base, Path file) throws IOException {
        int folder = pin(HERE, base);
        try {
            return open(folder, file, 0);
        } finally {
            release(folder);
        }
    }

    private InputStream open(int folder, Path file, int depth) throws IOException {
        int step = pin(folder, file.getName(depth));
        try {
            if (depth + 1 < file.getNameCount()) {
                return open(step, file, depth + 1);
            }
            Path pinned = Path.of("/proc/self/fd", Integer.toString(step));
            if (!Files.isRegularFile(pinned)) {
                throw new NoSuchFileException(file.toString(), null, "no plain file");
            }
            return Files.newInputStream(pinned);
        } finally {
            release(step);
        }
    }

    private int pin(int folder, Path name) throws NoSuchFileException {
        try (Arena arena = Arena.ofConfined()) {
            int pin = (int) openat.invokeExact(
                    folder, arena.allocateFrom(name.toString()), PATH_ONLY | CLOSE_ON_EXEC | NO_FOLLOW);
            if (pin < 0) {
                throw new NoSuchFileException(name.toString());
            }
            return pin;
        } catch (NoSuchFileException e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("openat", e);
        }
    }

    private void release(int pin) {
        try {
            int done = (int) close.invokeExact(pin);
            assert done == 0;
        } catch (Throwable e) {
            throw new LinkageError("close", e);
        }
    }
}
