package dev.rein.toolkit.environment;

import java.util.List;

/// The set an observation or an action is from. A value takes [#size] floats in a row of a batch; a space made of
/// parts ([Dict], [Tuple]) lays its parts one after another.
///
/// Spaces are immutable, never empty, and equal where they mean the same.
public sealed interface Space permits Box, Discrete, MultiDiscrete, MultiBinary, Dict, Tuple {
    /// Floats a value takes.
    int size();

    /// Floats a network reads of a value: numbers as they are, choices one-hot.
    int features();

    /// How the features are laid out: a [Box] has dimensions, anything else one.
    default int[] shape() {
        return new int[] {features()};
    }

    /// Width of an action mask: choices of a [Discrete], of all parts of a [MultiDiscrete] side by side, of all such
    /// parts of a [Dict] or [Tuple]; otherwise 0. [MultiDiscrete#choicesOf] says which is whose.
    default int choices() {
        return 0;
    }

    /// Brings the numbers of every [Box] to its bounds, in place; choices and switches stay as they are.
    ///
    /// @param value from element `value0`
    default void clip(float[] value, int value0) {}

    /// Writes what a network reads.
    ///
    /// @param value   the value, from element `value0`
    /// @param feature overwritten from element `feature0`
    void encode(float[] value, int value0, float[] feature, int feature0);

    /// What is wrong with a value, as a sentence without a subject, or empty.
    String problem(float[] value, int value0);

    /// The spaces without parts this one is made of, in the order they lie in a row: this one alone, unless it is a
    /// [Dict] or a [Tuple]. Compiled once, so asking costs nothing.
    default List<Part> leaves() {
        return List.of(new Part("", 0, this, 0, 0));
    }

    /// One line that [#parse] reads: `box 4 -1.0 1.0`, `discrete 3`, `multidiscrete 3,2`, `multibinary 8`, `tuple 2
    /// discrete 3 discrete 4`, `dict 2 gear discrete 5 speed box 1 0.0 9.0`. A box is `box SHAPE LOWS HIGHS`, its
    /// shape as `3x84x84`, and one bound in place of as many equal ones. Where an image's shape does not tell which
    /// dimension are its channels, it says so: `8cx8x8`.
    default String describe() {
        return SpaceText.describe(this);
    }

    /// @throws IllegalArgumentException if [#describe] never wrote this
    static Space parse(String text) {
        return SpaceText.parse(text);
    }
}
