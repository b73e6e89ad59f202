package dev.rein.server.identity;

import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.ErrorCode;
import dev.rein.server.wire.Operations;
import java.time.Instant;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/// What of STS and IAM a SageMaker client asks for: who it is, and which role a name stands for.
public final class Identity {
    private final Account account;
    private final Instant since;

    /// @param since when the roles came to be
    public Identity(Account account, Instant since) {
        this.account = account;
        this.since = since;
    }

    public void register(Operations operations) {
        operations.on("sts", "GetCallerIdentity", GetCallerIdentityRequest::builder, this::callerIdentity);
        operations.on("iam", "GetRole", GetRoleRequest::builder, this::role);
    }

    private GetCallerIdentityResponse callerIdentity(GetCallerIdentityRequest request, Caller caller) {
        return GetCallerIdentityResponse.builder()
                .userId(caller.accessKeyId())
                .account(caller.account())
                .arn(caller.arn())
                .build();
    }

    private GetRoleResponse role(GetRoleRequest request, Caller caller) {
        String name = request.roleName();
        if (!account.roles().contains(name)) {
            throw new ApiException(
                    ErrorCode.NO_SUCH_ENTITY,
                    "The role with name %s cannot be found. (expected: one of %s)".formatted(name, account.roles()));
        }
        return GetRoleResponse.builder()
                .role(role -> role.path("/")
                        .roleName(name)
                        .roleId(roleId(name))
                        .arn(account.roleArn(name))
                        .createDate(since)
                        .maxSessionDuration(3600))
                .build();
    }

    /// `AROA` and 17 characters, the same for the same name.
    private static String roleId(String name) {
        return "AROA%017X".formatted(name.hashCode() & 0xFFFFFFFFL);
    }
}
