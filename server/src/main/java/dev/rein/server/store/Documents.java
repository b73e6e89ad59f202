package dev.rein.server.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The control plane's memory. Every method returns after the change is durable. Safe for any number of threads.
public interface Documents {
    /// @throws DuplicateNameException if the kind already has this name; nothing is changed
    Document insert(String kind, String name, String status, String body);

    /// As [#insert(String, String, String, String)], with tags that are there from the same moment on.
    ///
    /// @param arn the document's resource
    Document insert(String kind, String name, String status, String body, String arn, Map<String, String> tags);

    Optional<Document> find(String kind, String name);

    /// Reads, changes and writes back one document as one step, trying again when another writer came between.
    ///
    /// @param change given the current document, returns the same document with a new status or body; called again
    ///     after a conflict, so it must be a pure function. Returning its argument writes nothing.
    /// @return the document as it now stands, or empty if there is none of that name
    Optional<Document> update(String kind, String name, UnaryOperator<Document> change);

    /// @return whether there was one
    boolean delete(String kind, String name);

    /// Deletes a document and its resource's tags in one step.
    ///
    /// @return whether there was one; if not, the tags stay
    boolean delete(String kind, String name, String arn);

    /// @throws IllegalArgumentException if the token is not one of ours for the same query
    DocumentPage list(DocumentQuery query);

    /// Tags of a resource by its ARN, in the order of their keys.
    Map<String, String> tags(String arn);

    void putTags(String arn, Map<String, String> tags);

    void removeTags(String arn, List<String> keys);
}
