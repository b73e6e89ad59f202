package dev.rein.toolkit.training;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.nn.Architecture.Filters;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// The numbers of an algorithm: a record whose components are named as in the literature, so that `gaeLambda` is
/// the `gae_lambda` of a job's hyperparameters, of RL Zoo's files and of papers. Components may be numbers, truths,
/// enums, [Schedule]s and lists of whole numbers or [Filters]; a [Range] says what is allowed.
public interface HyperParameters<H extends Record & HyperParameters<H>> {
    /// These with some replaced by name, written as text.
    ///
    /// @throws IllegalArgumentException naming every unknown name, unreadable value and value out of range at once
    @SuppressWarnings("unchecked") // H is the record's own type, as its declaration says
    default H with(Map<String, String> values) {
        Class<H> type = (Class<H>) getClass();
        var named = new NamedValues(type.getSimpleName(), values);
        RecordComponent[] components = type.getRecordComponents();
        Object[] changed = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            changed[i] = read(named, components[i], value(components[i]));
        }
        return named.checked(() -> make(type, components, changed));
    }

    /// These with one replaced.
    default H with(String name, Object value) {
        return with(Map.of(name, text(value)));
    }

    /// Every number by name, as [#with(Map)] reads it, in the record's order.
    default Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        for (RecordComponent component : getClass().getRecordComponents()) {
            values.put(named(component.getName()), text(value(component)));
        }
        return values;
    }

    /// What each number may be, by name and in words: `0..1`, `> 0 and < 1`, `at least 1`. Names without a range are
    /// left out.
    default Map<String, String> ranges() {
        Map<String, String> ranges = new LinkedHashMap<>();
        for (RecordComponent component : getClass().getRecordComponents()) {
            Range range = component.getAnnotation(Range.class);
            if (range != null) {
                ranges.put(named(component.getName()), Problems.allowed(range));
            }
        }
        return ranges;
    }

    private Object value(RecordComponent component) {
        try {
            return requireNonNull(component.getAccessor().invoke(this), component.getName());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component.getName() + ": cannot be read", e);
        }
    }

    /// `gaeLambda` → `gae_lambda`.
    static String named(String component) {
        return component.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static <R extends Record> R make(Class<R> type, RecordComponent[] components, Object[] values) {
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw new IllegalStateException(type + ": cannot be made", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + ": cannot be made", e);
        }
    }

    private static Object read(NamedValues named, RecordComponent component, Object now) {
        String name = named(component.getName());
        return switch (now) {
            case Integer number -> named.integer(name, number);
            case Float number -> named.number(name, number);
            case Boolean truth -> named.truth(name, truth);
            case Schedule schedule ->
                named.read(name, schedule, "a number, or lin_ and a number to fall to 0", Schedule::parse);
            case Enum<?> choice -> readEnum(named, name, choice);
            case List<?> list -> readList(named, name, list, component);
            default -> throw new IllegalStateException("%s: of %s".formatted(component, now.getClass()));
        };
    }

    private static Object readEnum(NamedValues named, String name, Enum<?> now) {
        Class<?> type = now.getDeclaringClass();
        String choices = Arrays.stream(type.getEnumConstants())
                .map(HyperParameters::text)
                .collect(Collectors.joining(", "));
        return named.read(name, (Object) now, "one of " + choices, text -> {
            for (Object constant : type.getEnumConstants()) {
                if (text(constant).equalsIgnoreCase(text)) {
                    return constant;
                }
            }
            throw new IllegalArgumentException(text);
        });
    }

    private static Object readList(NamedValues named, String name, List<?> now, RecordComponent component) {
        boolean ofFilters = component.getGenericType() instanceof ParameterizedType type
                && type.getActualTypeArguments()[0].equals(Filters.class);
        if (ofFilters) {
            return named.read(
                    name,
                    (Object) now,
                    "filters as COUNTxKERNELxSTRIDE with commas between, or nothing",
                    text -> parts(text).stream()
                            .map(HyperParameters::readFilters)
                            .toList());
        }
        return named.read(
                name,
                (Object) now,
                "whole numbers with commas between, or nothing",
                text -> parts(text).stream().map(Integer::valueOf).toList());
    }

    private static List<String> parts(String text) {
        return text.isBlank()
                ? List.of()
                : Arrays.stream(text.replaceAll("[\\[\\] ]", "").split(",", -1)).toList();
    }

    private static Filters readFilters(String text) {
        String[] numbers = text.split("x", -1);
        if (numbers.length != 3) {
            throw new IllegalArgumentException(text);
        }
        return new Filters(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]));
    }

    private static String text(Object value) {
        return switch (value) {
            case Enum<?> choice -> choice.name().toLowerCase(Locale.ROOT);
            case Filters(int count, int kernel, int stride) -> count + "x" + kernel + "x" + stride;
            case List<?> list -> list.stream().map(HyperParameters::text).collect(Collectors.joining(","));
            default -> value.toString();
        };
    }
}
