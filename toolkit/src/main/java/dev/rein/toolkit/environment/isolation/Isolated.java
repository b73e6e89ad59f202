package dev.rein.toolkit.environment.isolation;

import dev.rein.toolkit.environment.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Supplier;

/// Makes environments whose classes are loaded anew for each, so that a simulator that keeps its state in static
/// fields can run many times in one JVM.
///
/// ```java
/// Supplier<Environment> maker = Isolated.maker(PortWorld.class, "org.simulator.");
/// try (var environments = VectorEnvironment.of(maker, 8, seed)) {
/// ```
///
/// Each copy costs the memory of its classes and their compiled code, and is slow until the JVM has compiled it
/// again. What lies outside the classes stays shared: system properties, native libraries, files, the default time
/// zone. A copy is collected once nothing refers to it any more, its threads among what does.
public final class Isolated {
    private static final List<String> SHARED = List.of("java.", "javax.", "jdk.", "dev.rein.toolkit.");

    private final String environment;
    private final List<String> prefixes;
    private final ClassLoader parent;

    private Isolated(String environment, List<String> prefixes, ClassLoader parent) {
        this.environment = environment;
        this.prefixes = prefixes;
        this.parent = parent;
    }

    /// @param environment a public class with a public constructor without parameters; loaded anew, with the
    ///     classes inside it
    /// @param prefixes    of the names of other classes that are loaded anew, such as `org.simulator.`. Those of
    ///     Java and of this toolkit's contract are never: both sides speak through them
    /// @return throws [IllegalArgumentException] if the class cannot be made like that
    public static Supplier<Environment> maker(Class<? extends Environment> environment, String... prefixes) {
        for (String prefix : prefixes) {
            if (prefix.isBlank() || SHARED.stream().anyMatch(prefix::startsWith)) {
                throw new IllegalArgumentException(
                        "prefixes: \"%s\" (expected: how your simulator's class names begin, such as \"org.simulator.\"; those of Java and of the toolkit are shared)"
                                .formatted(prefix));
            }
        }
        ClassLoader parent = environment.getClassLoader();
        var isolated = new Isolated(
                environment.getName(), List.of(prefixes), parent == null ? ClassLoader.getSystemClassLoader() : parent);
        return isolated::make;
    }

    private boolean isIsolated(String name) {
        if (name.equals(environment) || name.startsWith(environment + "$")) {
            return true;
        }
        return prefixes.stream().anyMatch(name::startsWith);
    }

    private Environment make() {
        try {
            Class<?> type = new Copies().loadClass(environment);
            return (Environment) type.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(
                    "environment: %s cannot be made (expected: a public class with a public constructor without parameters): %s"
                            .formatted(environment, e),
                    e);
        }
    }

    /// Defines what is isolated itself and asks the parent for everything else.
    private final class Copies extends ClassLoader {
        Copies() {
            super("isolated " + environment, parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!isIsolated(name)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                Class<?> type = known != null ? known : copy(name);
                if (resolve) {
                    resolveClass(type);
                }
                return type;
            }
        }

        private Class<?> copy(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = parent.getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name + ": no " + file + " on the class path");
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name + ": " + e.getMessage(), e);
            }
        }

        @Override
        public URL getResource(String name) {
            return parent.getResource(name);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return parent.getResources(name);
        }
    }
}
