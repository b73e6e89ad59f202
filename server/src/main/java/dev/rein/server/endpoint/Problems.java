package dev.rein.server.endpoint;

import dev.rein.server.wire.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/// Everything that is wrong with one request, told at once.
final class Problems {
    private final List<String> found = new ArrayList<>();

    void add(String problem) {
        found.add(problem);
    }

    /// Every member that is set and not named is a promise we could not keep.
    ///
    /// @param path    where the structure is in the request, `""` or ending in a dot
    /// @param members the wire names that mean something here
    void only(SdkPojo pojo, String path, String... members) {
        List<String> known = List.of(members);
        for (SdkField<?> field : pojo.sdkFields()) {
            if (!known.contains(field.locationName()) && isSet(field.getValueOrDefault(pojo))) {
                add("%s%s is not supported here (supported: %s). Leave it out."
                        .formatted(path, field.locationName(), String.join(", ", known)));
            }
        }
    }

    private static boolean isSet(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case SdkAutoConstructList<?> _ -> false;
            case SdkAutoConstructMap<?, ?> _ -> false;
            case List<?> list -> !list.isEmpty();
            case Boolean flag -> flag; // false asks for nothing
            default -> true;
        };
    }

    /// @throws ApiException with all that was found, if anything was
    void throwAny() {
        if (found.size() == 1) {
            throw ApiException.validation(found.getFirst());
        }
        if (!found.isEmpty()) {
            throw ApiException.validation(found.stream()
                    .collect(Collectors.joining("; ", found.size() + " validation errors detected: ", "")));
        }
    }
}
