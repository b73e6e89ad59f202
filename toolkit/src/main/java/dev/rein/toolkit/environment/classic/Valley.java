package dev.rein.toolkit.environment.classic;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;

/// The valley both mountain cars drive in: the slope's pull is `0.0025 cos 3x`.
final class Valley {
    static final double LEFT = -1.2;
    static final double RIGHT = 0.6;
    static final double SPEED_LIMIT = 0.07;
    static final double PULL = 0.0025;

    private Valley() {}

    private static double height(double position) {
        return Math.sin(3 * position) * 0.45 + 0.55;
    }

    static void render(Graphics2D canvas, int width, int height, double position, double goal) {
        double scale = width / (RIGHT - LEFT);
        var ground = new Path2D.Double();
        for (int i = 0; i <= 100; i++) {
            double x = LEFT + (RIGHT - LEFT) * i / 100;
            double screenX = (x - LEFT) * scale;
            double screenY = height - height(x) * scale;
            if (i == 0) {
                ground.moveTo(screenX, screenY);
            } else {
                ground.lineTo(screenX, screenY);
            }
        }
        canvas.setStroke(new BasicStroke(2));
        canvas.setColor(Color.BLACK);
        canvas.draw(ground);
        double size = 0.05 * width;
        mark(canvas, (position - LEFT) * scale, height - height(position) * scale - size / 2, size, Color.DARK_GRAY);
        mark(canvas, (goal - LEFT) * scale, height - height(goal) * scale - size / 2, size / 2, new Color(204, 204, 0));
    }

    private static void mark(Graphics2D canvas, double x, double y, double size, Color colour) {
        canvas.setColor(colour);
        canvas.fill(new Ellipse2D.Double(x - size / 2, y - size / 2, size, size));
    }
}
