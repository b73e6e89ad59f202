package dev.rein.server.identity;

import static java.util.Objects.requireNonNull;

import java.util.List;

/// Whom the platform belongs to.
///
/// @param id    twelve digits
/// @param roles names of the roles that exist, the default one first
public record Account(String id, List<String> roles) {
    /// The default role: what `server.json` and `rein env` name.
    public static final String ROLE = "ReinRole";

    public Account {
        requireNonNull(id, "id");
        roles = List.copyOf(roles);
        if (!id.matches("[0-9]{12}")) {
            throw new IllegalArgumentException("account: \"%s\" (expected: twelve digits)".formatted(id));
        }
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("roles: none (expected: at least one, such as %s)".formatted(ROLE));
        }
    }

    /// The account of a platform that was told nothing. Beside ours it has the role names that scripts written for
    /// AWS commonly use: a role grants nothing here, so a script should not fail for its name.
    public static Account local() {
        return new Account("000000000000", List.of(ROLE, "SageMakerRole", "AmazonSageMaker-ExecutionRole"));
    }

    public String roleArn(String role) {
        return "arn:aws:iam::" + id + ":role/" + role;
    }

    /// The ARN of whoever holds our keys: a session of the default role, because the Python SageMaker SDK's
    /// `get_execution_role()` takes the role from it.
    public String callerArn() {
        return "arn:aws:sts::" + id + ":assumed-role/" + roles.getFirst() + "/rein";
    }
}
