package dev.rein.acceptance;

/// What a program `train` does in its own way.
///
/// @param show          an entry point's text, which prints `env NAME=value` and `arg <text>`
/// @param entry         that one's name
/// @param module        and as it is told in `SM_MODULE_NAME`
/// @param quotesErrors  whether the reason of a failure quotes a script's last words; they are in the log anyway
/// @param passesSignals whether the entry point hears of a stop; else it ends with its container, after 120 s
/// @param killed        how an end by SIGKILL is told
record Toolkit(String show, String entry, String module, boolean quotesErrors, boolean passesSignals, String killed) {}
