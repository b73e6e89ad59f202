package dev.rein.server.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads metrics from log lines: each definition is searched for once in a line, and its first group parsed as a
/// number.
///
/// Terminal colours are taken out before matching. An expression that runs away (catastrophic backtracking) is
/// given up after a fixed amount of work and not tried again, with a warning; the others go on. What is not a
/// finite number counts as nothing. For one thread at a time.
public final class MetricScanner {
    private static final Logger log = LoggerFactory.getLogger(MetricScanner.class);

    /// Characters looked at for one definition in one line, some tens of milliseconds: an honest expression needs a
    /// small multiple of the line's length.
    private static final int BUDGET = 2_000_000;

    /// Longer lines are looked at only so far: a metric is near the front.
    private static final int LINE_LIMIT = 32 * 1024;

    private static final Pattern ANSI = Pattern.compile("\\e\\[[0-?]*[ -/]*[@-~]|\\e\\][^\\x07\\e]*(\\x07|\\e\\\\)");

    private final List<MetricDefinition> definitions;

    public MetricScanner(List<MetricDefinition> definitions) {
        this.definitions = new ArrayList<>(definitions);
    }

    /// @param timestamp milliseconds since 1970
    /// @return what the line says, in the order of the definitions
    public List<MetricValue> read(long timestamp, String line) {
        if (definitions.isEmpty() || line.isEmpty()) {
            return List.of();
        }
        String start = line.length() > LINE_LIMIT ? line.substring(0, LINE_LIMIT) : line;
        String plain = start.indexOf('\u001b') < 0 ? start : ANSI.matcher(start).replaceAll("");
        var values = new ArrayList<MetricValue>();
        definitions.removeIf(definition -> !search(definition, timestamp, plain, values));
        return values;
    }

    /// @return false if the expression ran away
    private static boolean search(MetricDefinition definition, long timestamp, String line, List<MetricValue> values) {
        try {
            Matcher matcher = definition.regex().matcher(new Metered(line));
            if (matcher.find() && matcher.groupCount() >= 1 && matcher.group(1) != null) {
                double value = Double.parseDouble(matcher.group(1).strip());
                if (Double.isFinite(value)) {
                    values.add(new MetricValue(definition.name(), timestamp, value));
                }
            }
            return true;
        } catch (NumberFormatException e) {
            return true; // not a number this time
        } catch (OverBudget | StackOverflowError e) {
            log.warn(
                    "metric {}: {} takes too long on a line of {} characters and is no longer tried. Nested repetition"
                            + " such as (a+)+ does that; write it without.",
                    definition.name(),
                    definition.regex(),
                    line.length());
            return false;
        }
    }

    /// Text that counts how often it is looked at: the only hold there is on a running match.
    private static final class Metered implements CharSequence {
        private final String text;
        private int left = BUDGET;

        Metered(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new OverBudget();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final class OverBudget extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OverBudget() {
            super("over budget", null, false, false);
        }
    }
}
