package dev.rein.server.logs;

import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// CloudWatch's filter patterns for plain text: `a b` holds both, `"a b"` the phrase, `-a` not a, `?a ?b` either.
/// Case matters. As on AWS, `?` terms count only when there is no other required term.
///
/// @param all  every one of these
/// @param any  at least one of these, if there are any and `all` is empty
/// @param none not one of these
record FilterPattern(List<String> all, List<String> any, List<String> none) {
    private static final Pattern TERM = Pattern.compile("([?-]?)(?:\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+))");

    FilterPattern {
        all = List.copyOf(all);
        any = List.copyOf(any);
        none = List.copyOf(none);
    }

    static FilterPattern parse(String pattern) {
        String text = pattern.strip();
        if (text.startsWith("{")
                || text.startsWith("[")
                || (text.startsWith("%") && text.endsWith("%") && text.length() > 1)) {
            throw new ApiException(
                    ErrorCode.LOGS_INVALID_PARAMETER,
                    "filterPattern: " + pattern
                            + " (expected: terms, \"phrases\", -terms and ?terms; patterns for JSON, columns and regular"
                            + " expressions are not answered here)");
        }
        var all = new ArrayList<String>();
        var any = new ArrayList<String>();
        var none = new ArrayList<String>();
        var terms = TERM.matcher(text);
        while (terms.find()) {
            String term = terms.group(2) != null ? terms.group(2).replaceAll("\\\\(.)", "$1") : terms.group(3);
            if (!term.isEmpty()) {
                switch (terms.group(1)) {
                    case "?" -> any.add(term);
                    case "-" -> none.add(term);
                    default -> all.add(term);
                }
            }
        }
        return new FilterPattern(all, any, none);
    }

    boolean matches(String message) {
        return all.stream().allMatch(message::contains)
                && none.stream().noneMatch(message::contains)
                && (!all.isEmpty() || any.isEmpty() || any.stream().anyMatch(message::contains));
    }
}
