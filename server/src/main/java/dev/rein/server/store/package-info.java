/// Documents and their indexes in SQLite or PostgreSQL. Knows no noun of the domain.
@NullMarked
package dev.rein.server.store;

import org.jspecify.annotations.NullMarked;
