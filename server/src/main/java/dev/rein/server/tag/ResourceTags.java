package dev.rein.server.tag;

import dev.rein.server.store.Documents;
import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.ErrorCode;
import dev.rein.server.wire.Operations;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sagemaker.model.AddTagsRequest;
import software.amazon.awssdk.services.sagemaker.model.AddTagsResponse;
import software.amazon.awssdk.services.sagemaker.model.DeleteTagsRequest;
import software.amazon.awssdk.services.sagemaker.model.DeleteTagsResponse;
import software.amazon.awssdk.services.sagemaker.model.ListTagsRequest;
import software.amazon.awssdk.services.sagemaker.model.ListTagsResponse;
import software.amazon.awssdk.services.sagemaker.model.Tag;

/// AddTags, ListTags and DeleteTags for whatever is in the store: an ARN ends in `<kind>/<name>` of a document.
public final class ResourceTags {
    private static final int MOST = 50;

    private final Documents documents;

    public ResourceTags(Documents documents) {
        this.documents = documents;
    }

    public void register(Operations operations) {
        operations.on("sagemaker", "AddTags", AddTagsRequest::builder, this::add);
        operations.on("sagemaker", "ListTags", ListTagsRequest::builder, this::list);
        operations.on("sagemaker", "DeleteTags", DeleteTagsRequest::builder, this::delete);
    }

    private AddTagsResponse add(AddTagsRequest request, Caller caller) {
        requireResource(request.resourceArn(), caller);
        Map<String, String> added = new LinkedHashMap<>();
        request.tags().forEach(tag -> added.put(tag.key(), tag.value()));
        added.keySet().stream()
                .filter(key -> key.startsWith("aws:"))
                .findFirst()
                .ifPresent(key -> {
                    throw ApiException.validation("Tag key \"%s\": the prefix aws: is reserved.".formatted(key));
                });
        Map<String, String> all = new LinkedHashMap<>(documents.tags(request.resourceArn()));
        all.putAll(added);
        if (all.size() > MOST) {
            throw new ApiException(
                    ErrorCode.RESOURCE_LIMIT_EXCEEDED,
                    "tags: %d on %s (expected: at most %d)".formatted(all.size(), request.resourceArn(), MOST));
        }
        documents.putTags(request.resourceArn(), added);
        return AddTagsResponse.builder().tags(asTags(all)).build();
    }

    private ListTagsResponse list(ListTagsRequest request, Caller caller) {
        requireResource(request.resourceArn(), caller);
        if (request.nextToken() != null) {
            throw ApiException.validation(
                    "nextToken: \"%s\" (expected: none, all tags come in one page)".formatted(request.nextToken()));
        }
        return ListTagsResponse.builder()
                .tags(asTags(documents.tags(request.resourceArn())))
                .build();
    }

    private DeleteTagsResponse delete(DeleteTagsRequest request, Caller caller) {
        requireResource(request.resourceArn(), caller);
        documents.removeTags(request.resourceArn(), request.tagKeys());
        return DeleteTagsResponse.builder().build();
    }

    private void requireResource(String arn, Caller caller) {
        // arn:aws:sagemaker:<region>:<account>:<kind>/<name>
        String[] parts = arn.split(":", 6);
        String[] resource = parts.length == 6 ? parts[5].split("/", 2) : new String[0];
        if (resource.length != 2
                || !parts[2].equals("sagemaker")
                || !parts[4].equals(caller.account())
                || documents.find(resource[0], resource[1]).isEmpty()) {
            throw new ApiException(ErrorCode.RESOURCE_NOT_FOUND, "Could not find resource \"%s\".".formatted(arn));
        }
    }

    private static List<Tag> asTags(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }
}
