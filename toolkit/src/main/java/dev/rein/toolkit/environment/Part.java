package dev.rein.toolkit.environment;

import static java.util.Objects.requireNonNull;

/// Where a part of a [Dict] or [Tuple] lies. Keep the parts you write to: finding them by name is for construction,
/// [Row#part] is for every step.
///
/// @param name    in the space it was asked of: `arm`, or `arm.joint` for a leaf further down; empty for a space
///     without parts
/// @param index   its place among the parts, from 0
/// @param space   of its values
/// @param offset  floats before it in a value
/// @param feature floats before it in what a network reads
public record Part(String name, int index, Space space, int offset, int feature) {
    public Part {
        requireNonNull(name, "name");
        requireNonNull(space, "space");
    }

    public int size() {
        return space.size();
    }
}
