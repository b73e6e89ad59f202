/// Training jobs: states, rules, API, and the work of taking one from accepted to ended.
@NullMarked
package dev.rein.server.training;

import org.jspecify.annotations.NullMarked;
