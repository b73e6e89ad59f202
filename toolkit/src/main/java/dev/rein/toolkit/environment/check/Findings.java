package dev.rein.toolkit.environment.check;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Problems, the first of each kind: a simulator wrong at one step is often wrong at all.
final class Findings {
    private final Map<String, String> byKind = new LinkedHashMap<>();

    void add(String kind, String problem) {
        byKind.putIfAbsent(kind, problem);
    }

    List<String> all() {
        return List.copyOf(byKind.values());
    }
}
