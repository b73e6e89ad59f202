package dev.rein.toolkit.environment.wrapper;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Renderable;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.Wrapper;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Writes what an environment draws of itself: each episode as an animated GIF, `episode-000012.gif`, or as numbered
/// frames, `episode-000012/frame-000001.png`, of which
///
/// ```sh
/// ffmpeg -framerate 30 -i episode-000012/frame-%06d.png -pix_fmt yuv420p episode-000012.mp4
/// ```
///
/// makes a film. Needs no display. Episodes are counted from 0; a file that is there is written anew. Every
/// environment needs a folder of its own.
public final class RecordVideo extends Wrapper {
    private final Environment environment;
    private final Renderable drawn;
    private final Path folder;
    private final Options options;
    private final BufferedImage image;

    private long episode = -1;
    private boolean recording;
    /// Whether the image shows the episode's first state.
    private boolean opening;

    private @Nullable Film film;

    /// What the frames become.
    public enum Format {
        GIF,
        PNG_FRAMES
    }

    /// @param format          of what is written
    /// @param episodes        which are recorded, by their number from 0
    /// @param width           in pixels, 1..4096
    /// @param height          in pixels, 1..4096
    /// @param framesPerSecond that a GIF shows, 1..50; one frame is one step
    public record Options(Format format, LongPredicate episodes, int width, int height, int framesPerSecond) {
        public Options {
            requireNonNull(format, "format");
            requireNonNull(episodes, "episodes");
            check("width", width, 4096);
            check("height", height, 4096);
            check("framesPerSecond", framesPerSecond, 50);
        }

        private static void check(String name, int value, int most) {
            if (value < 1 || value > most) {
                throw new IllegalArgumentException("%s: %d (expected: 1..%d)".formatted(name, value, most));
            }
        }

        /// Every episode as a GIF of 400 × 300 at 30 frames a second.
        public static Options defaults() {
            return new Options(Format.GIF, _ -> true, 400, 300, 30);
        }

        public Options withFormat(Format value) {
            return new Options(value, episodes, width, height, framesPerSecond);
        }

        /// @param every episode whose number this divides, the first included
        public Options withEpisodes(int every) {
            check("every", every, Integer.MAX_VALUE);
            return new Options(format, number -> number % every == 0, width, height, framesPerSecond);
        }

        public Options withSize(int newWidth, int newHeight) {
            return new Options(format, episodes, newWidth, newHeight, framesPerSecond);
        }
    }

    /// With [Options#defaults].
    public RecordVideo(Environment environment, Path folder) {
        this(environment, folder, Options.defaults());
    }

    /// @param environment that is [Renderable], inside whatever wrappers
    /// @throws IllegalArgumentException if it cannot draw itself
    public RecordVideo(Environment environment, Path folder, Options options) {
        super(environment);
        this.environment = environment;
        this.folder = requireNonNull(folder, "folder");
        this.options = requireNonNull(options, "options");
        if (!(unwrapped(environment) instanceof Renderable renderable)) {
            throw new IllegalArgumentException(
                    "RecordVideo: %s cannot draw itself (expected: an environment that implements Renderable)"
                            .formatted(unwrapped(environment).getClass().getSimpleName()));
        }
        drawn = renderable;
        image = new BufferedImage(options.width(), options.height(), BufferedImage.TYPE_INT_RGB);
    }

    @Override
    public void reset(RandomGenerator random, Step step) {
        finish(); // whatever was cut off by a wrapper around this one
        environment.reset(random, step);
        episode++;
        recording = options.episodes().test(episode);
        if (recording) {
            draw();
            opening = true; // kept until there is a step: an episode nobody plays leaves no file
        }
    }

    @Override
    public void step(Row action, Step step) {
        environment.step(action, step);
        if (!recording) {
            return;
        }
        try {
            Film running = film;
            if (running == null) {
                running = Film.begin(options, folder, "episode-%06d".formatted(episode));
                film = running;
                if (opening) {
                    running.add(image);
                }
            }
            draw();
            running.add(image);
        } catch (IOException e) {
            throw failed(e);
        }
        if (step.terminated() || step.truncated()) {
            finish();
        }
    }

    private void draw() {
        Graphics2D canvas = image.createGraphics();
        try {
            canvas.setColor(Color.WHITE);
            canvas.fillRect(0, 0, options.width(), options.height());
            canvas.setColor(Color.BLACK);
            canvas.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            canvas.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            drawn.render(canvas, options.width(), options.height());
        } finally {
            canvas.dispose();
        }
    }

    private void finish() {
        Film running = film;
        film = null;
        recording = false;
        if (running != null) {
            try {
                running.finish();
            } catch (IOException e) {
                throw failed(e);
            }
        }
    }

    private UncheckedIOException failed(IOException e) {
        return new UncheckedIOException("RecordVideo: %s cannot be written: %s".formatted(folder, e.getMessage()), e);
    }

    /// An episode that was running is recorded from where it goes on, where the environment saves itself.
    @Override
    protected void own(Checkpoint checkpoint) {
        episode = checkpoint.integer("episode", episode);
        if (checkpoint.restoring()) {
            recording = options.episodes().test(episode);
            opening = false;
        }
    }

    @Override
    protected void carried(Checkpoint checkpoint) {
        long before = checkpoint.integer("episode", episode - 1);
        if (checkpoint.restoring()) {
            episode = before;
        }
    }

    /// Writes down an episode that was still running, too.
    @Override
    public void close() {
        try {
            finish();
        } finally {
            super.close();
        }
    }
}
