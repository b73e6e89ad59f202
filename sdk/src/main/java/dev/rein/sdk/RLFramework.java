package dev.rein.sdk;

/// What computes gradients.
public enum RLFramework {
    TENSORFLOW("tensorflow"),
    MXNET("mxnet"),
    PYTORCH("pytorch"),
    /// Rein's own networks.
    JVM("jvm");

    private final String wireName;

    RLFramework(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
