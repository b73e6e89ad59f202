package dev.rein.toolkit.environment.wrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.Renderable;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.TimeLimit;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.Wrapper;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.registry.Environments;
import dev.rein.toolkit.probe.World;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordVideoTest {
    @TempDir
    private Path folder = Path.of("");

    /// Episodes of CartPole, pushed right until it falls.
    private int[] play(Environment recorded, int episodes) {
        int[] lengths = new int[episodes];
        try (var environments = VectorEnvironment.of(() -> recorded, 1, 4)) {
            environments.reset();
            for (int i = 0; i < episodes; i++) {
                do {
                    environments.step(new float[] {1});
                    lengths[i]++;
                } while (!environments.terminated()[0] && !environments.truncated()[0]);
            }
        }
        return lengths;
    }

    private List<String> written() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void everyEpisodeIsAnAnimationOfAllItsSteps() throws IOException {
        int[] lengths = play(new RecordVideo(CartPole.v1(), folder), 2);
        assertThat(written()).containsExactly("episode-000000.gif", "episode-000001.gif");
        for (int i = 0; i < 2; i++) {
            ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
            try (var in = ImageIO.createImageInputStream(
                    folder.resolve("episode-00000%d.gif".formatted(i)).toFile())) {
                reader.setInput(in);
                assertThat(reader.getNumImages(true)).isEqualTo(lengths[i] + 1);
                BufferedImage last = reader.read(lengths[i]);
                assertThat(last.getWidth()).isEqualTo(400);
                assertThat(last.getHeight()).isEqualTo(300);
                var metadata = (IIOMetadataNode) reader.getImageMetadata(0).getAsTree("javax_imageio_gif_image_1.0");
                var control = (IIOMetadataNode)
                        metadata.getElementsByTagName("GraphicControlExtension").item(0);
                assertThat(control.getAttribute("delayTime")).isEqualTo("3");
                assertThat(metadata.getElementsByTagName("ApplicationExtension").getLength())
                        .as("repeats")
                        .isEqualTo(1);
            } finally {
                reader.dispose();
            }
        }
    }

    @Test
    void framesAreNumberedForAFilmOfTheEpisodesAskedFor() throws IOException {
        var options = RecordVideo.Options.defaults()
                .withFormat(RecordVideo.Format.PNG_FRAMES)
                .withEpisodes(2)
                .withSize(120, 80);
        int[] lengths = play(new RecordVideo(CartPole.v1(), folder, options), 3);
        assertThat(written()).containsExactly("episode-000000", "episode-000002");
        Path episode = folder.resolve("episode-000002");
        try (var frames = Files.list(episode)) {
            assertThat(frames).hasSize(lengths[2] + 1);
        }
        BufferedImage first = ImageIO.read(episode.resolve("frame-000001.png").toFile());
        assertThat(first.getWidth()).isEqualTo(120);
        assertThat(first.getHeight()).isEqualTo(80);
        assertThat(episode.resolve("frame-%06d.png".formatted(lengths[2] + 1))).exists();
    }

    @Test
    void anEpisodeCutFromOutsideIsWrittenToo() throws IOException {
        play(new TimeLimit(new RecordVideo(new TimeLimit(CartPole.v1(), 400), folder), 5), 2);
        assertThat(written()).containsExactly("episode-000000.gif", "episode-000001.gif");
    }

    @Test
    void anEpisodeThatClosingBreaksOffIsWritten() throws IOException {
        try (var environments = VectorEnvironment.of(() -> new RecordVideo(CartPole.v1(), folder), 1, 4)) {
            environments.reset();
            environments.step(new float[] {1});
            assertThat(written()).containsExactly("episode-000000.gif.tmp");
        }
        assertThat(written()).containsExactly("episode-000000.gif");
    }

    @Test
    void everyEnvironmentOfTheRegistryDrawsItselfAtAnySize() {
        for (String id : Environments.ids()) {
            Environment environment = Environments.make(id);
            assertThat(Wrapper.unwrapped(environment)).as(id).isInstanceOf(Renderable.class);
            try (environment) {
                environment.reset(new EpisodeRandom(1, 0, 0), Step.of(environment));
                var renderable = (Renderable) Wrapper.unwrapped(environment);
                for (int[] size : new int[][] {{400, 300}, {84, 84}}) {
                    int[] once = drawn(renderable, size[0], size[1]);
                    assertThat(Arrays.stream(once)
                                    .filter(pixel -> pixel != 0xFFFFFFFF)
                                    .count())
                            .as(id)
                            .isGreaterThan(20);
                    assertThat(Arrays.equals(drawn(renderable, size[0], size[1]), once))
                            .as(id + " twice alike")
                            .isTrue();
                }
            }
        }
    }

    private static int[] drawn(Renderable renderable, int width, int height) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = image.createGraphics();
        canvas.setColor(Color.WHITE);
        canvas.fillRect(0, 0, width, height);
        renderable.render(canvas, width, height);
        canvas.dispose();
        return image.getRGB(0, 0, width, height, null, 0, width);
    }

    @Test
    void whatCannotBeDrawnIsRefused() {
        assertThatThrownBy(() -> new RecordVideo(new World.FollowTheSign(), folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "RecordVideo: FollowTheSign cannot draw itself (expected: an environment that implements Renderable)");
        assertThatThrownBy(() -> RecordVideo.Options.defaults().withSize(0, 10))
                .hasMessage("width: 0 (expected: 1..4096)");
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> play(new RecordVideo(CartPole.v1(), file), 1))
                .hasMessageContaining("RecordVideo: " + file + " cannot be written");
    }
}
