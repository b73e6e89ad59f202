package dev.rein.toolkit.training;

/// A number that moves on a straight line over the training budget.
///
/// @param begin at the first step
/// @param end   when the budget is spent
public record Schedule(float begin, float end) {
    private static final String LINEAR = "lin_";

    public static Schedule constant(float value) {
        return new Schedule(value, value);
    }

    /// From `begin` to 0.
    public static Schedule linear(float begin) {
        return new Schedule(begin, 0);
    }

    /// @param done share of the budget spent, 0..1
    public float at(double done) {
        double share = Math.clamp(done, 0, 1);
        return begin == end ? begin : (float) (begin * (1 - share) + end * share);
    }

    /// A number that has reached its end when a fraction of the budget is spent, and stays there, as exploration does.
    ///
    /// @param fraction 0 begins at the end
    public static double early(float fraction, float begin, float end, double done) {
        double share = fraction == 0 ? 1 : Math.min(1, done / fraction);
        return begin + share * (end - begin);
    }

    /// Reads RL Zoo's spelling: `0.001` stays, `lin_0.001` falls to 0, `lin_0.3_0.1` goes from one to the other.
    ///
    /// @throws IllegalArgumentException if it is neither
    public static Schedule parse(String text) {
        if (!text.startsWith(LINEAR)) {
            return constant(Float.parseFloat(text));
        }
        String[] ends = text.substring(LINEAR.length()).split("_", 2);
        float begin = Float.parseFloat(ends[0]);
        return new Schedule(begin, ends.length == 1 ? 0 : Float.parseFloat(ends[1]));
    }

    /// As [#parse] reads it.
    @Override
    public String toString() {
        if (begin == end) {
            return Float.toString(begin);
        }
        return LINEAR + begin + (end == 0 ? "" : "_" + end);
    }
}
