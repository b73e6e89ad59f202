package dev.rein.toolkit.environment.check;

/// Nothing more can be found out; why is among the findings.
final class StopsHere extends RuntimeException {
    private static final long serialVersionUID = 1;

    StopsHere() {
        super(null, null, false, false);
    }
}
