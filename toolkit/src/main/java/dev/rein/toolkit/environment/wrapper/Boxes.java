package dev.rein.toolkit.environment.wrapper;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Space;

/// Spaces of numbers, which most wrappers ask for.
final class Boxes {
    private Boxes() {}

    static Box box(String wrapper, String what, Space space) {
        if (space instanceof Box box) {
            return box;
        }
        throw new IllegalArgumentException("%s: %s are of %s (expected: a Box)".formatted(wrapper, what, space));
    }

    static Box bounded(String wrapper, String what, Space space) {
        Box box = box(wrapper, what, space);
        for (int i = 0; i < box.size(); i++) {
            if (!Float.isFinite(box.low(i)) || !Float.isFinite(box.high(i)) || box.low(i) == box.high(i)) {
                throw new IllegalArgumentException(
                        "%s: %s have bounds %s..%s in element %d (expected: finite ones that differ)"
                                .formatted(wrapper, what, box.low(i), box.high(i), i));
            }
        }
        return box;
    }

    static void checkRange(String wrapper, float low, float high) {
        if (!(low < high) || !Float.isFinite(low) || !Float.isFinite(high)) {
            throw new IllegalArgumentException(
                    "%s: %s..%s (expected: low < high, both finite)".formatted(wrapper, low, high));
        }
    }

    /// Where a number of one range lies in another; exactly at the bounds, too.
    static float rescale(float value, float fromLow, float fromHigh, float toLow, float toHigh) {
        double share = ((double) value - fromLow) / ((double) fromHigh - fromLow);
        return (float) (toLow * (1 - share) + toHigh * share);
    }
}
