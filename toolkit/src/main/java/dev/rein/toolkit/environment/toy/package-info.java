/// Toy text: small worlds of numbered states, with the transition tables and rules of Gymnasium's. FrozenLake,
/// CliffWalking and Taxi are tables built once; Blackjack plays cards.
@NullMarked
package dev.rein.toolkit.environment.toy;

import org.jspecify.annotations.NullMarked;
