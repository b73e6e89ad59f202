package dev.rein.sdk;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Names of jobs and endpoints: `<base>-YYYY-MM-DD-HH-MM-SS-mmm`, UTC, at most 63 characters.
final class Names {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd-HH-mm-ss-SSS");
    private static final Pattern TIMESTAMPED = Pattern.compile("(.+)-\\d{4}-\\d\\d-\\d\\d-\\d\\d-\\d\\d-\\d\\d-\\d{3}");
    private static final int LONGEST = 63;

    private Names() {}

    static String timestamped(String base) {
        String time = LocalDateTime.now(ZoneOffset.UTC).format(TIME);
        int room = LONGEST - time.length() - 1;
        return (base.length() > room ? base.substring(0, room) : base) + "-" + time;
    }

    /// A name without its time, if it has one.
    static Optional<String> base(String name) {
        Matcher timestamped = TIMESTAMPED.matcher(name);
        return timestamped.matches() ? Optional.of(timestamped.group(1)) : Optional.empty();
    }
}
