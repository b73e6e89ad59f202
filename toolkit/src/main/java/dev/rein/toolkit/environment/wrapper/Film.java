package dev.rein.toolkit.environment.wrapper;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/// Frames on their way to the disk, one at a time.
sealed interface Film {
    void add(BufferedImage frame) throws IOException;

    /// After the last frame; the film is then whole.
    void finish() throws IOException;

    static Film begin(RecordVideo.Options options, Path folder, String name) throws IOException {
        Files.createDirectories(folder);
        return switch (options.format()) {
            case GIF -> new Gif(folder.resolve(name + ".gif"), options.framesPerSecond());
            case PNG_FRAMES -> new Frames(Files.createDirectories(folder.resolve(name)));
        };
    }

    /// `frame-000001.png` and so on.
    final class Frames implements Film {
        private final Path folder;
        private int count;

        Frames(Path folder) {
            this.folder = folder;
        }

        @Override
        public void add(BufferedImage frame) throws IOException {
            count++;
            ImageIO.write(
                    frame,
                    "png",
                    folder.resolve("frame-%06d.png".formatted(count)).toFile());
        }

        @Override
        public void finish() {}
    }

    /// An animation that repeats for ever, by the JDK's own writer. The file appears when it is whole.
    final class Gif implements Film {
        private static final String FORMAT = "javax_imageio_gif_image_1.0";

        private final Path file;
        private final Path written;
        private final int hundredths;
        private final ImageWriter writer;
        private final ImageOutputStream out;
        private boolean begun;

        Gif(Path file, int framesPerSecond) throws IOException {
            this.file = file;
            written = file.resolveSibling(file.getFileName() + ".tmp");
            hundredths = Math.max(2, Math.round(100f / framesPerSecond)); // browsers slow down what is faster
            Files.deleteIfExists(written);
            out = ImageIO.createImageOutputStream(written.toFile());
            writer = ImageIO.getImageWritersByFormatName("gif").next();
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
        }

        @Override
        public void add(BufferedImage frame) throws IOException {
            IIOMetadata metadata =
                    writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(frame), null);
            IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(FORMAT);
            IIOMetadataNode control = (IIOMetadataNode)
                    root.getElementsByTagName("GraphicControlExtension").item(0);
            control.setAttribute("disposalMethod", "none");
            control.setAttribute("delayTime", Integer.toString(hundredths));
            if (!begun) {
                root.appendChild(forEver());
                begun = true;
            }
            metadata.setFromTree(FORMAT, root);
            writer.writeToSequence(new IIOImage(frame, null, metadata), null);
        }

        /// Netscape's extension, which every viewer reads: repeat 0 times, that is, without end.
        private static IIOMetadataNode forEver() {
            var extension = new IIOMetadataNode("ApplicationExtension");
            extension.setAttribute("applicationID", "NETSCAPE");
            extension.setAttribute("authenticationCode", "2.0");
            extension.setUserObject(new byte[] {1, 0, 0});
            var extensions = new IIOMetadataNode("ApplicationExtensions");
            extensions.appendChild(extension);
            return extensions;
        }

        @Override
        public void finish() throws IOException {
            try (out) {
                writer.endWriteSequence();
            } finally {
                writer.dispose();
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
