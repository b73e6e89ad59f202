package dev.rein.server.wire;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/// A modelled error on its way to the caller. The message says what, the value, what is allowed and how to fix it;
/// where clients match on AWS's words it uses those.
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient Map<String, Object> members;

    public ApiException(ErrorCode code, String message) {
        this(code, message, Map.of());
    }

    /// @param members further members of the modelled error, by wire name, such as `OriginalStatusCode`
    public ApiException(ErrorCode code, String message, Map<String, Object> members) {
        super(requireNonNull(message, "message"));
        this.code = requireNonNull(code, "code");
        this.members = Map.copyOf(members);
    }

    public ErrorCode code() {
        return code;
    }

    public Map<String, Object> members() {
        return members;
    }

    public static ApiException validation(String message) {
        return new ApiException(ErrorCode.VALIDATION, message);
    }
}
