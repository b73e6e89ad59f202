package dev.rein.toolkit.kernel;

/// Coefficients of the rational approximation of tanh in single precision (Eigen, `generic_fast_tanh_float`).
final class Tanh {
    /// Beyond this float tanh is ±1 to rounding.
    static final float LIMIT = (float) 7.905311;

    static final float P1 = (float) 4.89352455891786e-03;
    static final float P3 = (float) 6.37261928875436e-04;
    static final float P5 = (float) 1.48572235717979e-05;
    static final float P7 = (float) 5.12229709037114e-08;
    static final float P9 = (float) -8.60467152213735e-11;
    static final float P11 = (float) 2.00018790482477e-13;
    static final float P13 = (float) -2.76076847742355e-16;
    static final float Q0 = (float) 4.89352518554385e-03;
    static final float Q2 = (float) 2.26843463243900e-03;
    static final float Q4 = (float) 1.18534705686654e-04;
    static final float Q6 = (float) 1.19825839466702e-06;

    private Tanh() {}
}
