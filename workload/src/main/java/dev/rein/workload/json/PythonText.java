package dev.rein.workload.json;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Prints values as Python would: `str(v)`, `repr(v)`, and `json.dumps(v, sort_keys=True, separators=(",", ":"),
/// ensure_ascii=True)`.
///
/// Every job's start runs this once, in a cold JVM. A `switch` over types would have it generate code there and
/// then, which takes as long as all else it does; hence the chains of `instanceof`.
public final class PythonText {
    /// Python orders strings by code point, Java by UTF-16 unit; they part above U+FFFF.
    public static final Comparator<String> BY_CODE_POINT = (a, b) -> {
        for (int i = 0; i < Math.min(a.length(), b.length()); i++) {
            if (a.charAt(i) != b.charAt(i)) {
                return Integer.compare(a.codePointAt(i), b.codePointAt(i));
            }
        }
        return Integer.compare(a.length(), b.length());
    };

    private PythonText() {}

    /// One line of ASCII: compact, names sorted.
    public static String dumps(Json value) {
        StringBuilder text = new StringBuilder();
        dump(value, text);
        return text.toString();
    }

    /// What a format string shows: a string bare, everything else as [#repr].
    public static String str(Json value) {
        return value instanceof Json.Text(String text) ? text : repr(value);
    }

    /// As the interactive interpreter shows it: `[1, 'two', {'three': None}]`.
    public static String repr(Json value) {
        if (value instanceof Json.Text(String text)) {
            return quoted(text);
        } else if (value instanceof Json.Int(var number)) {
            return number.toString();
        } else if (value instanceof Json.Real(double number)) {
            return real(number, "inf", "nan");
        } else if (value instanceof Json.Bool(boolean truth)) {
            return truth ? "True" : "False";
        } else if (value instanceof Json.Arr(List<Json> items)) {
            return items.stream().map(PythonText::repr).collect(Collectors.joining(", ", "[", "]"));
        } else if (value instanceof Json.Obj(Map<String, Json> members)) {
            return members.entrySet().stream()
                    .map(member -> quoted(member.getKey()) + ": " + repr(member.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return "None";
    }

    private static void dump(Json value, StringBuilder to) {
        if (value instanceof Json.Text(String text)) {
            dump(text, to);
        } else if (value instanceof Json.Int(var number)) {
            to.append(number);
        } else if (value instanceof Json.Real(double number)) {
            to.append(real(number, "Infinity", "NaN"));
        } else if (value instanceof Json.Bool(boolean truth)) {
            to.append(truth);
        } else if (value instanceof Json.Arr(List<Json> items)) {
            to.append('[');
            String comma = "";
            for (Json item : items) {
                to.append(comma);
                dump(item, to);
                comma = ",";
            }
            to.append(']');
        } else if (value instanceof Json.Obj(Map<String, Json> members)) {
            to.append('{');
            String comma = "";
            for (String name : members.keySet().stream().sorted(BY_CODE_POINT).toList()) {
                to.append(comma);
                dump(name, to);
                to.append(':');
                dump(members.getOrDefault(name, new Json.Null()), to);
                comma = ",";
            }
            to.append('}');
        } else {
            to.append("null");
        }
    }

    private static void dump(String text, StringBuilder to) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> to.append("\\\"");
                case '\\' -> to.append("\\\\");
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                case '\f' -> to.append("\\f");
                case '\b' -> to.append("\\b");
                default -> {
                    if (c < 0x20 || c > 0x7e) {
                        to.append("\\u%04x".formatted((int) c));
                    } else {
                        to.append(c);
                    }
                }
            }
        }
        to.append('"');
    }

    /// `float.__repr__`: the shortest digits that read back as the same number, an exponent below 1e-4 and from
    /// 1e16.
    private static String real(double number, String infinity, String nan) {
        if (Double.isNaN(number)) {
            return nan;
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? infinity : "-" + infinity;
        }
        String sign = Double.doubleToRawLongBits(number) < 0 ? "-" : "";
        if (number == 0) {
            return sign + "0.0";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(Math.abs(number))).stripTrailingZeros();
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = decimal.toPlainString();
            return sign + (plain.contains(".") ? plain : plain + ".0");
        }
        String digits = decimal.unscaledValue().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return sign + mantissa + (exponent < 0 ? "e-" : "e+") + "%02d".formatted(Math.abs(exponent));
    }

    private static String quoted(String text) {
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        StringBuilder quoted = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\\' -> quoted.append("\\\\");
                default -> {
                    if (c == quote) {
                        quoted.append('\\').append(quote);
                    } else if (printable(c)) {
                        quoted.appendCodePoint(c);
                    } else if (c < 0x100) {
                        quoted.append("\\x%02x".formatted(c));
                    } else if (c < 0x10000) {
                        quoted.append("\\u%04x".formatted(c));
                    } else {
                        quoted.append("\\U%08x".formatted(c));
                    }
                }
            }
        });
        return quoted.append(quote).toString();
    }

    private static boolean printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
