package dev.rein.toolkit.training;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/// Everything wrong with a [HyperParameters] record, found by its constructor and thrown at once.
public final class Problems {
    private final Class<? extends Record> owner;
    private final List<String> found = new ArrayList<>();

    private Problems(Class<? extends Record> owner) {
        this.owner = owner;
    }

    /// Checks each value against the [Range] of its component.
    ///
    /// @param values in the order of the record's components
    public static Problems of(Class<? extends Record> owner, Object... values) {
        var problems = new Problems(owner);
        RecordComponent[] components = owner.getRecordComponents();
        if (values.length != components.length) {
            throw new IllegalArgumentException("%s: %d values (expected: one for each of %d components)"
                    .formatted(owner.getSimpleName(), values.length, components.length));
        }
        for (int i = 0; i < components.length; i++) {
            Range range = components[i].getAnnotation(Range.class);
            if (range != null) {
                problems.check(components[i].getName(), values[i], range);
            } else if (values[i] instanceof Float number) {
                problems.require(Float.isFinite(number), components[i].getName(), number, "a finite number");
            }
        }
        return problems;
    }

    private void check(String component, Object value, Range range) {
        boolean inside = switch (value) {
            case Schedule(float begin, float end) -> inside(begin, range) && insideOrOnTheEdge(end, range);
            case Number plain -> inside(plain.doubleValue(), range);
            default -> throw new IllegalArgumentException(component + ": a range is for numbers");
        };
        boolean finite = !(value instanceof Number plain) || !Double.isInfinite(plain.doubleValue());
        String allowed = finite ? allowed(range) : "a finite number, " + allowed(range);
        require(inside, component, value, range.hint().isEmpty() ? allowed : allowed + ": " + range.hint());
    }

    private static boolean inside(double number, Range range) {
        return insideOrOnTheEdge(number, range) && number > range.above() && number < range.below();
    }

    /// What a [Schedule] may come to when the budget is spent, as a learning rate that falls to 0.
    private static boolean insideOrOnTheEdge(double number, Range range) {
        return Double.isFinite(number)
                && number >= Math.max(range.min(), range.above())
                && number <= Math.min(range.max(), range.below());
    }

    /// What a range allows, in words: `0..1`, `> 0 and < 1`, `at least 1`.
    static String allowed(Range range) {
        List<String> parts = new ArrayList<>();
        if (range.min() != Double.NEGATIVE_INFINITY && range.max() != Double.POSITIVE_INFINITY) {
            parts.add(text(range.min()) + ".." + text(range.max()));
        } else if (range.min() != Double.NEGATIVE_INFINITY) {
            parts.add("at least " + text(range.min()));
        } else if (range.max() != Double.POSITIVE_INFINITY) {
            parts.add("at most " + text(range.max()));
        }
        if (range.above() != Double.NEGATIVE_INFINITY) {
            parts.add("> " + text(range.above()));
        }
        if (range.below() != Double.POSITIVE_INFINITY) {
            parts.add("< " + text(range.below()));
        }
        return String.join(" and ", parts);
    }

    private static String text(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : Double.toString(number);
    }

    /// Adds a problem of several components together.
    ///
    /// @param component as it is called in the record
    public Problems require(boolean holds, String component, Object value, String expected) {
        if (!holds) {
            found.add("%s.%s: %s (expected: %s)."
                    .formatted(owner.getSimpleName(), HyperParameters.named(component), value, expected));
        }
        return this;
    }

    /// @throws IllegalArgumentException with every problem on a line of its own
    public void throwIfAny() {
        if (!found.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", found));
        }
    }
}
