package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.io.Console;
import java.io.PrintStream;
import java.util.function.Consumer;

/// Prints a job's log, each host in a colour of its own where the output is a terminal.
public final class LogPrinter implements Consumer<LogLine> {
    private static final int[] COLOURS = {34, 35, 32, 36, 33};

    private final PrintStream out;
    private final boolean coloured;

    public LogPrinter(PrintStream out, boolean coloured) {
        this.out = requireNonNull(out, "out");
        this.coloured = coloured;
    }

    /// On standard output; coloured if that is a terminal.
    public static LogPrinter standardOutput() {
        return new LogPrinter(System.out, isTerminal());
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 25 is back to null where output is redirected (JDK-8351435)
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public void accept(LogLine line) {
        if (coloured) {
            out.println("\u001b[" + COLOURS[line.index() % COLOURS.length] + "m" + line.message() + "\u001b[0m");
        } else {
            out.println(line.message());
        }
        out.flush();
    }
}
