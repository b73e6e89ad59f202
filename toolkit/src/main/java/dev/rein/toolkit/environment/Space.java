package dev.rein.toolkit.environment;

/// The set an observation or an action is from. A value takes [#size] floats in a row of a batch.
public sealed interface Space permits Box, Discrete {
    /// Floats a value takes.
    int size();

    /// Floats a network reads of a value: numbers as they are, choices one-hot.
    int features();

    /// Writes what a network reads.
    ///
    /// @param value   the value, from element `value0`
    /// @param feature overwritten from element `feature0`
    void encode(float[] value, int value0, float[] feature, int feature0);

    /// What is wrong with a value, as a sentence without a subject, or empty.
    String problem(float[] value, int value0);
}
