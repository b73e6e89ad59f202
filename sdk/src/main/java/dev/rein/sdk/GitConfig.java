package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A Git repository that holds an estimator's entry point, source folder and dependencies.
///
/// Credentials are for `https://` and `http://`; they reach git in its environment, never on its command line, in
/// the clone or in a message. Without any, git asks its own credential helpers; it never asks at the terminal.
///
/// @param repo     an address with `https://`, `http://`, `ssh://` or `git@`
/// @param branch   instead of the repository's own default
/// @param commit   instead of the branch's latest
/// @param username with a password
/// @param password with a user name
/// @param token    instead of user name and password
public record GitConfig(
        String repo,
        Optional<String> branch,
        Optional<String> commit,
        Optional<String> username,
        Optional<String> password,
        Optional<String> token) {
    private static final Pattern SSH = Pattern.compile("(ssh://([\\w.-]+@)?|git@)[a-zA-Z0-9][^@\\s]*");
    private static final Pattern REVISION = Pattern.compile("[\\w][\\w./+@-]*");

    public GitConfig {
        requireNonNull(repo, "repo");
        requireNonNull(branch, "branch");
        requireNonNull(commit, "commit");
        requireNonNull(username, "username");
        requireNonNull(password, "password");
        requireNonNull(token, "token");
        List<String> problems = new ArrayList<>();
        if (repo.startsWith("https://") || repo.startsWith("http://")) {
            web(repo, problems);
        } else if (!SSH.matcher(repo).matches()) {
            problems.add("gitConfig.repo: %s (expected: https://…, http://…, ssh://… or git@…)".formatted(repo));
        }
        branch.filter(name -> !REVISION.matcher(name).matches())
                .ifPresent(name -> problems.add("gitConfig.branch: \"%s\" is no name of a branch".formatted(name)));
        commit.filter(name -> !REVISION.matcher(name).matches())
                .ifPresent(name -> problems.add("gitConfig.commit: \"%s\" is no name of a commit".formatted(name)));
        if (username.isPresent() != password.isPresent()) {
            problems.add("gitConfig: only one of username and password is given (expected: both, or a token)");
        }
        if (token.isPresent() && username.isPresent()) {
            problems.add("gitConfig: a token and a username are given (expected: one of them)");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    /// The message never holds what stands before an `@`.
    private static void web(String repo, List<String> problems) {
        if (repo.contains("@")) {
            problems.add("gitConfig.repo: credentials in the address (expected: in username and password, or token)");
            return;
        }
        try {
            String host = new URI(repo).getHost();
            if (host == null || !host.matches("[a-zA-Z0-9.-]+")) {
                problems.add("gitConfig.repo: %s has no host".formatted(repo));
            }
        } catch (URISyntaxException e) {
            problems.add("gitConfig.repo: %s is no address".formatted(repo));
        }
    }

    /// A repository's default branch, with git's own credentials.
    public static GitConfig of(String repo) {
        return new GitConfig(
                repo, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    public GitConfig withBranch(String value) {
        return new GitConfig(repo, Optional.of(value), commit, username, password, token);
    }

    public GitConfig withCommit(String value) {
        return new GitConfig(repo, branch, Optional.of(value), username, password, token);
    }

    public GitConfig withCredentials(String user, String secret) {
        return new GitConfig(repo, branch, commit, Optional.of(user), Optional.of(secret), Optional.empty());
    }

    public GitConfig withToken(String value) {
        return new GitConfig(repo, branch, commit, Optional.empty(), Optional.empty(), Optional.of(value));
    }

    /// Without the credentials.
    @Override
    public String toString() {
        return "GitConfig[repo=%s, branch=%s, commit=%s]".formatted(repo, branch.orElse(""), commit.orElse(""));
    }
}
