package dev.rein.toolkit.environment;

import java.awt.Graphics2D;

/// An environment that can draw itself.
public interface Renderable extends Environment {
    /// Draws the state it is in now. Called by the thread that steps, between steps; must not change the state.
    ///
    /// @param canvas of the rectangle `(0, 0)..(width, height)`, in pixels, y downwards, white, smooth edges; the
    ///     callee may change its colour, stroke and transform
    void render(Graphics2D canvas, int width, int height);
}
