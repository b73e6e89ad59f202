package dev.rein.toolkit.nn;

/// What a hidden layer applies to its sums.
public enum Activation {
    TANH,
    RELU
}
