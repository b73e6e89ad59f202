package dev.rein.server.store;

import java.util.List;
import java.util.Optional;

/// @param next a token for the following page; empty on the last
public record DocumentPage(List<Document> documents, Optional<String> next) {
    public DocumentPage {
        documents = List.copyOf(documents);
    }
}
