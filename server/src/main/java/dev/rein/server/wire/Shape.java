package dev.rein.server.wire;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A type of AWS's service model with the constraints it carries. Types refer to each other by name, since some
/// contain themselves: [ServiceModel#shape] resolves.
sealed interface Shape {
    /// @param members shape names by wire name
    record Structure(Map<String, String> members, Set<String> required) implements Shape {}

    /// @param member the elements' shape name
    record Items(String member, Size size) implements Shape {}

    record Entries(String key, String value, Size size) implements Shape {}

    /// @param pattern must match the whole text
    /// @param values  the enum, or empty
    record Text(Size length, @Nullable Pattern pattern, List<String> values, boolean sensitive) implements Shape {}

    /// @param whole whether fractions are refused
    record Numeric(
            boolean whole,
            @Nullable BigDecimal min,
            @Nullable BigDecimal max) implements Shape {}

    record Flag() implements Shape {}

    record Time() implements Shape {}

    record Blob() implements Shape {}

    /// Bounds of a length, both included.
    record Size(long min, long max) {
        static final Size ANY = new Size(0, Long.MAX_VALUE);
    }
}
