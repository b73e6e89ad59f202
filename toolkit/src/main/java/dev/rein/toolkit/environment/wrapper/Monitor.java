package dev.rein.toolkit.environment.wrapper;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.Wrapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.random.RandomGenerator;

/// Appends a line to a CSV file whenever an episode ends: `return,length,time`, the length in steps, the time as
/// the simulator's steps said they took.
///
/// Every environment needs a file of its own. A file that is there goes on, so that a run that resumes does.
public final class Monitor extends Wrapper {
    private static final String COLUMNS = "return,length,time";

    private final Environment environment;
    private final Path file;
    private final BufferedWriter out;
    private double sum;
    private double time;
    private int length;

    /// @throws UncheckedIOException if the file cannot be written
    public Monitor(Environment environment, Path file) {
        super(environment);
        this.environment = environment;
        this.file = file;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            boolean begun = Files.exists(file) && Files.size(file) > 0;
            out = Files.newBufferedWriter(file, UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            if (!begun) {
                write(COLUMNS);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void reset(RandomGenerator random, Step step) {
        sum = 0;
        time = 0;
        length = 0;
        environment.reset(random, step);
    }

    @Override
    public void step(Row action, Step step) {
        environment.step(action, step);
        sum += step.reward();
        time += step.elapsed();
        length++;
        if (step.terminated() || step.truncated()) {
            try {
                write("%s,%d,%s".formatted(sum, length, time));
            } catch (IOException e) {
                throw failed(e);
            }
        }
    }

    private void write(String line) throws IOException {
        out.write(line);
        out.newLine();
        out.flush(); // somebody may be looking
    }

    private UncheckedIOException failed(IOException e) {
        return new UncheckedIOException("Monitor: %s cannot be written: %s".formatted(file, e.getMessage()), e);
    }

    @Override
    protected void own(Checkpoint checkpoint) {
        sum = checkpoint.number("return", sum);
        time = checkpoint.number("time", time);
        length = (int) checkpoint.integer("length", length);
    }

    @Override
    public void close() {
        try (out) {
            super.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
