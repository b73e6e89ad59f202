package dev.rein.toolkit.kernel;

/// tanh(x) ≈ x · p(x²) / q(x²), q's constant term 1: our own minimax fit on [-9.02, 9.02] by reweighted least
/// squares, relative error 6e-9 before rounding to float. Beyond it float tanh is ±1.
final class Tanh {
    static final float LIMIT = 9.02f;
    static final float P0 = 0.99999994f;
    static final float P1 = 0.12917966f;
    static final float P2 = 0.0029194045f;
    static final float P3 = 9.25505e-6f;
    static final float P4 = -1.2743535e-8f;
    static final float P5 = 1.8161634e-11f;
    static final float Q1 = 0.4625125f;
    static final float Q2 = 0.023757612f;
    static final float Q3 = 0.00022791263f;

    private Tanh() {}
}
