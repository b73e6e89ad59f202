package dev.rein.server.wire;

/// The modelled errors the platform answers with. The wire names are AWS's, which differ between its JSON and its
/// Query services; the fault says who can mend it.
public enum ErrorCode {
    VALIDATION("ValidationException", "ValidationError", 400, Fault.CALLER),
    SERIALIZATION("SerializationException", "MalformedInput", 400, Fault.CALLER),
    UNKNOWN_OPERATION("UnknownOperationException", "InvalidAction", 400, Fault.CALLER),
    REQUEST_TOO_LARGE("RequestEntityTooLargeException", "RequestEntityTooLarge", 413, Fault.CALLER),
    RESOURCE_IN_USE("ResourceInUse", 400, Fault.CALLER),
    RESOURCE_NOT_FOUND("ResourceNotFound", 400, Fault.CALLER),
    /// CloudWatch Logs' word for a missing group or stream.
    LOGS_RESOURCE_NOT_FOUND("ResourceNotFoundException", 400, Fault.CALLER),
    LOGS_INVALID_PARAMETER("InvalidParameterException", 400, Fault.CALLER),
    /// CloudWatch's words.
    METRICS_INVALID_VALUE("InvalidParameterValueException", "InvalidParameterValue", 400, Fault.CALLER),
    METRICS_MISSING_PARAMETER("MissingRequiredParameterException", "MissingParameter", 400, Fault.CALLER),
    METRICS_INVALID_COMBINATION(
            "InvalidParameterCombinationException", "InvalidParameterCombination", 400, Fault.CALLER),
    METRICS_INVALID_NEXT_TOKEN("InvalidNextToken", 400, Fault.CALLER),
    NO_SUCH_ENTITY("NoSuchEntity", 404, Fault.CALLER),
    RESOURCE_LIMIT_EXCEEDED("ResourceLimitExceeded", 400, Fault.CAPACITY),
    THROTTLING("ThrottlingException", "Throttling", 400, Fault.CAPACITY),
    MISSING_AUTHENTICATION_TOKEN(
            "MissingAuthenticationTokenException", "MissingAuthenticationToken", 403, Fault.CALLER),
    INCOMPLETE_SIGNATURE("IncompleteSignatureException", "IncompleteSignature", 400, Fault.CALLER),
    UNRECOGNIZED_CLIENT("UnrecognizedClientException", "InvalidClientTokenId", 403, Fault.CALLER),
    INVALID_SIGNATURE("InvalidSignatureException", "SignatureDoesNotMatch", 403, Fault.CALLER),
    ACCESS_DENIED("AccessDeniedException", "AccessDenied", 403, Fault.CALLER),
    VALIDATION_ERROR("ValidationError", 400, Fault.CALLER),
    MODEL_ERROR("ModelError", 424, Fault.CALLER),
    MODEL_NOT_READY("ModelNotReadyException", 429, Fault.CAPACITY),
    SERVICE_UNAVAILABLE("ServiceUnavailable", 503, Fault.CAPACITY),
    INTERNAL_FAILURE("InternalFailure", 500, Fault.PLATFORM);

    /// Whose fault an error is, and so who can mend it.
    public enum Fault {
        CALLER,
        PLATFORM,
        CAPACITY
    }

    private final String wireName;
    private final String queryName;
    private final int status;
    private final Fault fault;

    ErrorCode(String wireName, int status, Fault fault) {
        this(wireName, wireName, status, fault);
    }

    ErrorCode(String wireName, String queryName, int status, Fault fault) {
        this.wireName = wireName;
        this.queryName = queryName;
        this.status = status;
        this.fault = fault;
    }

    /// As JSON services spell it.
    public String wireName() {
        return wireName;
    }

    /// As Query services (STS, IAM) spell it.
    public String queryName() {
        return queryName;
    }

    /// The HTTP status of the answer.
    public int status() {
        return status;
    }

    public Fault fault() {
        return fault;
    }
}
