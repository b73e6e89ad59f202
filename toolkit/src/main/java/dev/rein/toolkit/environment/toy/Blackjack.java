package dev.rein.toolkit.environment.toy;

import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Renderable;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.Tuple;
import java.awt.Color;
import java.awt.Graphics2D;
import java.util.random.RandomGenerator;

/// Blackjack-v1: stick (0) or hit (1) against a dealer who hits below 17, with an endless deck (Sutton & Barto
/// 2018, Example 5.1, as Gymnasium implements it: <https://gymnasium.farama.org/environments/toy_text/blackjack/>).
/// Observed are the player's sum, the dealer's open card (1 is an ace) and whether the player has a usable ace.
/// Reward 1, 0 or -1 for a game won, drawn or lost.
public final class Blackjack implements Renderable {
    private static final Space OBSERVATIONS = Tuple.of(new Discrete(32), new Discrete(11), new Discrete(2));
    private static final Space ACTIONS = new Discrete(2);
    private static final int KINDS = 13;
    private static final int HIGHEST = 21;
    private static final int DEALER_STICKS = 17;

    /// What a natural (an ace and a ten at once) is worth.
    public enum Natural {
        /// No more than another 21: a draw against a dealer's 21.
        ORDINARY,
        /// As `natural=True`: 1.5 where it wins.
        PAYS_HALF_MORE,
        /// As `sab=True`, the rule of the book and of the registered environment: wins unless the dealer has one
        /// too.
        WINS
    }

    private final Natural natural;
    private final Hand player = new Hand();
    private final Hand dealer = new Hand();
    private RandomGenerator random = RandomGenerator.getDefault();
    private int open;

    public Blackjack(Natural natural) {
        this.natural = natural;
    }

    @Override
    public Space observationSpace() {
        return OBSERVATIONS;
    }

    @Override
    public Space actionSpace() {
        return ACTIONS;
    }

    @Override
    public void reset(RandomGenerator newRandom, Step step) {
        random = newRandom;
        open = card();
        deal(open, card(), card(), card(), step);
    }

    /// Begins with cards of the caller's.
    void deal(int dealerOpen, int dealerHidden, int first, int second, Step step) {
        open = dealerOpen;
        dealer.of(dealerOpen, dealerHidden);
        player.of(first, second);
        observe(step);
    }

    @Override
    public void step(Row action, Step step) {
        if (action.index() == 1) {
            player.add(card());
            if (player.isBust()) {
                step.reward(-1);
                step.terminate();
            }
        } else {
            while (dealer.sum() < DEALER_STICKS) {
                dealer.add(card());
            }
            step.reward(outcome());
            step.terminate();
        }
        observe(step);
    }

    private float outcome() {
        if (natural == Natural.WINS && player.isNatural() && !dealer.isNatural()) {
            return 1;
        }
        float outcome = Integer.compare(player.score(), dealer.score());
        return natural == Natural.PAYS_HALF_MORE && player.isNatural() && outcome == 1 ? 1.5f : outcome;
    }

    /// 1 is an ace; tens, jacks, queens and kings are 10.
    private int card() {
        return Math.min(random.nextInt(KINDS) + 1, 10);
    }

    private void observe(Step step) {
        step.observation().put(player.sum(), open, player.usableAce() ? 1 : 0);
    }

    @Override
    public void render(Graphics2D canvas, int width, int height) {
        canvas.setColor(new Color(196, 216, 158));
        canvas.fillRect(0, 0, width, height);
        canvas.setColor(Color.BLACK);
        canvas.setFont(canvas.getFont().deriveFont(height / 12f));
        canvas.drawString("Dealer shows " + (open == 1 ? "an ace" : open), width / 10, height / 4);
        canvas.drawString("Player holds " + player.sum(), width / 10, height / 2);
        if (player.usableAce()) {
            canvas.drawString("Usable ace", width / 10, 3 * height / 4);
        }
    }

    /// All that matters of a hand: what its cards add up to with aces as 1.
    private static final class Hand {
        private int hard;
        private int cards;
        private boolean ace;

        void of(int first, int second) {
            hard = 0;
            cards = 0;
            ace = false;
            add(first);
            add(second);
        }

        void add(int card) {
            hard += card;
            cards++;
            ace |= card == 1;
        }

        boolean usableAce() {
            return ace && hard + 10 <= HIGHEST;
        }

        int sum() {
            return usableAce() ? hard + 10 : hard;
        }

        boolean isBust() {
            return sum() > HIGHEST;
        }

        int score() {
            return isBust() ? 0 : sum();
        }

        boolean isNatural() {
            return cards == 2 && sum() == HIGHEST;
        }
    }
}
