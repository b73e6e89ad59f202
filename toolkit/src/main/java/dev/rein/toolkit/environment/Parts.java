package dev.rein.toolkit.environment;

import java.util.ArrayList;
import java.util.List;

/// The layout of a space made of others, compiled once.
final class Parts {
    final List<Part> direct;
    final List<Part> leaves;
    final int size;
    final int features;
    final int choices;

    /// @param kind for messages
    Parts(String kind, List<String> names, List<Space> spaces) {
        if (spaces.isEmpty()) {
            throw new IllegalArgumentException(kind + ": no parts (expected: at least one)");
        }
        List<Part> parts = new ArrayList<>();
        List<Part> flat = new ArrayList<>();
        int offset = 0;
        int feature = 0;
        int choice = 0;
        for (int i = 0; i < spaces.size(); i++) {
            Space space = spaces.get(i);
            parts.add(new Part(names.get(i), i, space, offset, feature));
            for (Part leaf : space.leaves()) {
                String name = leaf.name().isEmpty() ? names.get(i) : names.get(i) + "." + leaf.name();
                flat.add(new Part(name, flat.size(), leaf.space(), offset + leaf.offset(), feature + leaf.feature()));
            }
            offset = Math.addExact(offset, space.size());
            feature = Math.addExact(feature, space.features());
            choice = Math.addExact(choice, space.choices());
        }
        direct = List.copyOf(parts);
        leaves = List.copyOf(flat);
        size = offset;
        features = feature;
        choices = choice;
    }

    void encode(float[] value, int value0, float[] feature, int feature0) {
        for (int i = 0; i < leaves.size(); i++) {
            Part leaf = leaves.get(i);
            leaf.space().encode(value, value0 + leaf.offset(), feature, feature0 + leaf.feature());
        }
    }

    void clip(float[] value, int value0) {
        for (int i = 0; i < leaves.size(); i++) {
            Part leaf = leaves.get(i);
            leaf.space().clip(value, value0 + leaf.offset());
        }
    }

    String problem(float[] value, int value0) {
        for (int i = 0; i < leaves.size(); i++) {
            Part leaf = leaves.get(i);
            String problem = leaf.space().problem(value, value0 + leaf.offset());
            if (!problem.isEmpty()) {
                return "in \"%s\" %s".formatted(leaf.name(), problem);
            }
        }
        return "";
    }
}
