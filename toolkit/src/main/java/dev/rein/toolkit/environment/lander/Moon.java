package dev.rein.toolkit.environment.lander;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.random.RandomGenerator;
import org.jbox2d.callbacks.ContactImpulse;
import org.jbox2d.callbacks.ContactListener;
import org.jbox2d.collision.Manifold;
import org.jbox2d.collision.shapes.EdgeShape;
import org.jbox2d.collision.shapes.PolygonShape;
import org.jbox2d.common.Vec2;
import org.jbox2d.dynamics.Body;
import org.jbox2d.dynamics.BodyDef;
import org.jbox2d.dynamics.BodyType;
import org.jbox2d.dynamics.FixtureDef;
import org.jbox2d.dynamics.World;
import org.jbox2d.dynamics.contacts.Contact;
import org.jbox2d.dynamics.joints.RevoluteJointDef;

/// The physics of one episode: ground, lander and two legs, in metres, with Gymnasium's masses and shapes.
final class Moon {
    /// Gymnasium's pixels in a metre.
    static final double SCALE = 30;

    static final double WIDTH = 600 / SCALE;
    static final double HEIGHT = 400 / SCALE;
    /// Height of the ground between the flags.
    static final double PAD = HEIGHT / 4;
    /// From the lander's middle down to the end of a leg.
    static final double LEG_DOWN = 18 / SCALE;

    private static final double LEG_AWAY = 20 / SCALE;
    private static final float[][] HULL = {{-14, 17}, {-17, 0}, {-17, -10}, {17, -10}, {17, 0}, {14, 17}};
    private static final float LEG_TORQUE = 40;
    private static final double FIRST_PUSH = 1000;
    private static final int CORNERS = 11;

    private static final int GROUND = 0x0001;
    private static final int LANDER = 0x0010;
    private static final int LEG = 0x0020;
    private static final int VELOCITY_ITERATIONS = 180;
    private static final int POSITION_ITERATIONS = 60;

    private final World world;
    private final float[] ground = new float[CORNERS];
    private final Body lander;
    private final Body[] legs;
    private final boolean[] touching = new boolean[2];
    private boolean crashed;
    // reused at every push
    private final Vec2 force = new Vec2();
    private final Vec2 place = new Vec2();

    /// Ground of random heights, level at the pad, and a lander at the top with a random push.
    Moon(RandomGenerator random, double gravity) {
        world = new World(new Vec2(0, (float) gravity));
        raiseGround(random);
        lander = addLander();
        lander.applyForceToCenter(new Vec2((float) random.nextDouble(-FIRST_PUSH, FIRST_PUSH), (float)
                random.nextDouble(-FIRST_PUSH, FIRST_PUSH)));
        legs = new Body[] {addLeg(-1), addLeg(1)};
        world.setContactListener(new Touch());
    }

    private void raiseGround(RandomGenerator random) {
        double[] height = new double[CORNERS + 1];
        for (int i = 0; i < height.length; i++) {
            boolean level = Math.abs(i - CORNERS / 2) <= 2;
            double drawn = random.nextDouble(0, HEIGHT / 2);
            height[i] = level ? PAD : drawn;
        }
        for (int i = 0; i < CORNERS; i++) {
            // before the first comes the last, as in Gymnasium
            ground[i] = (float) (0.33 * (height[i == 0 ? CORNERS : i - 1] + height[i] + height[i + 1]));
        }
        Body moon = world.createBody(new BodyDef());
        moon.createFixture(edge(0, 0, (float) WIDTH, 0, 0.2f));
        for (int i = 0; i < CORNERS - 1; i++) {
            moon.createFixture(edge(corner(i), ground[i], corner(i + 1), ground[i + 1], 0.1f));
        }
    }

    private static float corner(int i) {
        return (float) (WIDTH / (CORNERS - 1) * i);
    }

    private static FixtureDef edge(float x1, float y1, float x2, float y2, float friction) {
        var shape = new EdgeShape();
        shape.set(new Vec2(x1, y1), new Vec2(x2, y2));
        var fixture = new FixtureDef();
        fixture.shape = shape;
        fixture.friction = friction;
        return fixture;
    }

    private Body addLander() {
        var corners = new Vec2[HULL.length];
        for (int i = 0; i < HULL.length; i++) {
            corners[i] = new Vec2((float) (HULL[i][0] / SCALE), (float) (HULL[i][1] / SCALE));
        }
        var hull = new PolygonShape();
        hull.set(corners, corners.length);
        return add(hull, 5, 0.1f, LANDER, WIDTH / 2, HEIGHT, 0);
    }

    /// @param side -1 or 1
    private Body addLeg(int side) {
        var shape = new PolygonShape();
        shape.setAsBox((float) (2 / SCALE), (float) (8 / SCALE));
        Body leg = add(shape, 1, 0.2f, LEG, WIDTH / 2 - side * LEG_AWAY, HEIGHT, side * 0.05f);
        var joint = new RevoluteJointDef();
        joint.bodyA = lander;
        joint.bodyB = leg;
        joint.localAnchorB.set((float) (side * LEG_AWAY), (float) LEG_DOWN);
        joint.enableMotor = true;
        joint.enableLimit = true;
        joint.maxMotorTorque = LEG_TORQUE;
        joint.motorSpeed = 0.3f * side;
        joint.lowerAngle = side < 0 ? 0.4f : -0.9f;
        joint.upperAngle = side < 0 ? 0.9f : -0.4f;
        world.createJoint(joint);
        return leg;
    }

    private Body add(PolygonShape shape, float density, float friction, int kind, double x, double y, float angle) {
        var fixture = new FixtureDef();
        fixture.shape = shape;
        fixture.density = density;
        fixture.friction = friction;
        fixture.filter.categoryBits = kind;
        fixture.filter.maskBits = GROUND;
        var definition = new BodyDef();
        definition.type = BodyType.DYNAMIC;
        definition.position.set((float) x, (float) y);
        definition.angle = angle;
        Body body = world.createBody(definition);
        body.createFixture(fixture);
        return body;
    }

    /// A force and a torque for the time that passes next.
    void blow(double newtons, double torque) {
        force.set((float) newtons, 0);
        lander.applyForceToCenter(force);
        lander.applyTorque((float) torque);
    }

    /// An impulse at a place given from the lander's.
    void push(double impulseX, double impulseY, double x, double y) {
        force.set((float) impulseX, (float) impulseY);
        place.set((float) (x() + x), (float) (y() + y));
        lander.applyLinearImpulse(force, place);
    }

    void pass(float seconds) {
        world.step(seconds, VELOCITY_ITERATIONS, POSITION_ITERATIONS);
    }

    float x() {
        return lander.getPosition().x;
    }

    float y() {
        return lander.getPosition().y;
    }

    float speedX() {
        return lander.getLinearVelocity().x;
    }

    float speedY() {
        return lander.getLinearVelocity().y;
    }

    float angle() {
        return lander.getAngle();
    }

    float turning() {
        return lander.getAngularVelocity();
    }

    boolean isAwake() {
        return lander.isAwake();
    }

    boolean touches(int leg) {
        return touching[leg];
    }

    boolean crashed() {
        return crashed;
    }

    void render(Graphics2D canvas, int width, int height) {
        canvas.setColor(Color.BLACK);
        canvas.fillRect(0, 0, width, height);
        canvas.scale(width / WIDTH, -height / HEIGHT);
        canvas.translate(0, -HEIGHT);
        var soil = new Path2D.Double();
        soil.moveTo(0, 0);
        for (int i = 0; i < CORNERS; i++) {
            soil.lineTo(corner(i), ground[i]);
        }
        soil.lineTo(WIDTH, 0);
        canvas.setColor(Color.WHITE);
        canvas.fill(soil);
        for (int flag = CORNERS / 2 - 1; flag <= CORNERS / 2 + 1; flag += 2) {
            canvas.setColor(new Color(204, 204, 0));
            canvas.fill(new Rectangle2D.Double(corner(flag), PAD + 1.2, 0.8, 0.4));
            canvas.fill(new Rectangle2D.Double(corner(flag), PAD, 0.05, 1.6));
        }
        canvas.setColor(new Color(77, 77, 128));
        fill(canvas, legs[0]);
        fill(canvas, legs[1]);
        canvas.setColor(new Color(128, 102, 230));
        fill(canvas, lander);
    }

    private static void fill(Graphics2D canvas, Body body) {
        var shape = (PolygonShape) body.getFixtureList().getShape();
        var outline = new Path2D.Double();
        for (int i = 0; i < shape.getVertexCount(); i++) {
            Vec2 corner = body.getWorldPoint(shape.getVertex(i));
            if (i == 0) {
                outline.moveTo(corner.x, corner.y);
            } else {
                outline.lineTo(corner.x, corner.y);
            }
        }
        outline.closePath();
        canvas.fill(outline);
    }

    /// Notes which legs touch the ground, and whether the hull ever did.
    private final class Touch implements ContactListener {
        @Override
        public void beginContact(Contact contact) {
            crashed |= involves(contact, lander);
            note(contact, true);
        }

        @Override
        public void endContact(Contact contact) {
            note(contact, false);
        }

        private void note(Contact contact, boolean touches) {
            for (int leg = 0; leg < legs.length; leg++) {
                if (involves(contact, legs[leg])) {
                    touching[leg] = touches;
                }
            }
        }

        @SuppressWarnings("ReferenceEquality") // the very body is meant, and Body knows no equality
        private static boolean involves(Contact contact, Body body) {
            return contact.getFixtureA().getBody() == body
                    || contact.getFixtureB().getBody() == body;
        }

        @Override
        public void preSolve(Contact contact, Manifold oldManifold) {}

        @Override
        public void postSolve(Contact contact, ContactImpulse impulse) {}
    }
}
