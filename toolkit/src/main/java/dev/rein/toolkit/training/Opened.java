package dev.rein.toolkit.training;

import java.util.ArrayList;
import java.util.List;

/// What a constructor opened, closed again unless it comes to its end: a caller who got no object has nothing to
/// close.
///
/// ```java
/// try (var opened = new Opened()) {
///     environments = opened.own(VectorEnvironment.of(maker, 8, seed));
///     …
///     opened.keep();
/// }
/// ```
public final class Opened implements AutoCloseable {
    private final List<AutoCloseable> owned = new ArrayList<>();

    /// @return `resource`, closed by [#close] from now on
    public <T extends AutoCloseable> T own(T resource) {
        owned.add(resource);
        return resource;
    }

    /// Leaves everything open: whoever was made closes it.
    public void keep() {
        owned.clear();
    }

    /// Closes what is owned, the last first, and throws the first failure with the others suppressed.
    @Override
    public void close() {
        IllegalStateException failure = null;
        for (AutoCloseable resource : owned.reversed()) {
            try {
                resource.close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = new IllegalStateException("close: " + e.getMessage(), e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        owned.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
