package dev.rein.toolkit.environment.toy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;

/// Draws worlds of squares, as large as the canvas allows and in its middle.
///
/// @param canvas to draw on
/// @param size   of a square, in pixels
record Tiles(Graphics2D canvas, double size) {
    static Tiles of(Graphics2D canvas, int width, int height, int rows, int columns) {
        double size = Math.min((double) width / columns, (double) height / rows);
        canvas.translate((width - columns * size) / 2, (height - rows * size) / 2);
        return new Tiles(canvas, size);
    }

    void square(int row, int column, Color colour) {
        canvas.setColor(colour);
        canvas.fill(new Rectangle2D.Double(column * size + 0.5, row * size + 0.5, size - 1, size - 1));
    }

    /// @param part of the square's width, 0..1
    void disc(int row, int column, double part, Color colour) {
        canvas.setColor(colour);
        double inset = (1 - part) / 2 * size;
        canvas.fill(new Ellipse2D.Double(column * size + inset, row * size + inset, part * size, part * size));
    }
}
