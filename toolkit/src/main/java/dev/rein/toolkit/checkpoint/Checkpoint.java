package dev.rein.toolkit.checkpoint;

/// State by name, saved or restored by the same walk:
///
/// ```java
/// public void state(Checkpoint checkpoint) {
///     steps = checkpoint.integer("steps", steps);
///     checkpoint.floats("weights", weights);
///     optimizer.state(checkpoint.part("optimizer"));
/// }
/// ```
///
/// While saving, what is passed is written and returned as it is; while restoring, arrays are overwritten and saved
/// numbers returned. Names are unique within a part. Restoring throws [CheckpointException] where a name is missing
/// or an array has another length.
public interface Checkpoint {
    /// Whether values come from the checkpoint; otherwise they go to it.
    boolean restoring();

    /// The same checkpoint, with `name.` before each name.
    Checkpoint part(String name);

    long integer(String name, long value);

    double number(String name, double value);

    default boolean truth(String name, boolean value) {
        return integer(name, value ? 1 : 0) != 0;
    }

    /// All of an array whose length is known to whoever restores.
    default void floats(String name, float[] array) {
        floats(name, array, array.length);
    }

    /// The first `length` elements.
    void floats(String name, float[] array, int length);

    default void doubles(String name, double[] array) {
        doubles(name, array, array.length);
    }

    void doubles(String name, double[] array, int length);

    default void longs(String name, long[] array) {
        longs(name, array, array.length);
    }

    void longs(String name, long[] array, int length);

    default void integers(String name, int[] array) {
        integers(name, array, array.length);
    }

    void integers(String name, int[] array, int length);

    default void truths(String name, boolean[] array) {
        truths(name, array, array.length);
    }

    void truths(String name, boolean[] array, int length);

    /// A short text that must be the same at saving and restoring, such as the hyperparameters.
    ///
    /// @throws CheckpointException while restoring, with both, if it differs
    void same(String name, String text);
}
