package dev.rein.toolkit.environment;

import java.util.random.RandomGenerator;

/// The chance of one episode, a function of (seed, environment, episode) alone: results never depend on which
/// thread ran an episode, or in what order. SplitMix64 (Steele, Lea & Flood 2014) over a mixed key.
public final class EpisodeRandom implements RandomGenerator {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    public EpisodeRandom(long seed, long environment, long episode) {
        rekey(seed, environment, episode);
    }

    /// Becomes the generator of another episode.
    public void rekey(long seed, long environment, long episode) {
        state = mix(mix(mix(seed + GOLDEN_GAMMA) + environment) + episode);
    }

    /// For checkpoints.
    public long state() {
        return state;
    }

    public void restore(long saved) {
        state = saved;
    }

    @Override
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
