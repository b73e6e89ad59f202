package dev.rein.server.endpoint;

/// The nouns of this package, in the words of the store and of AWS's messages.
enum Noun {
    MODEL("model", "model"),
    CONFIG("endpoint-config", "endpoint configuration"),
    ENDPOINT("endpoint", "endpoint");

    private final String kind;
    private final String words;

    Noun(String kind, String words) {
        this.kind = kind;
        this.words = words;
    }

    /// The document's kind, and the word in ARNs.
    String kind() {
        return kind;
    }

    /// As in `Could not find endpoint configuration "arn:…".`
    String words() {
        return words;
    }
}
