/// MinAtar (Young & Tian 2019, "MinAtar: An Atari-Inspired Testbed for Thorough and Reproducible Reinforcement
/// Learning Experiments"): games on 10×10 images with a channel for each kind of object, written anew from the
/// paper and from how its games behave. Small enough to learn from images on a CPU.
@NullMarked
package dev.rein.toolkit.environment.minatar;

import org.jspecify.annotations.NullMarked;
