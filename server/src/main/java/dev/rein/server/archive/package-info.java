/// `.tar.gz` archives of strangers: user code and models in, trained models out.
///
/// An archive is hostile until it is unpacked, and so is a folder a host has written. [TarGz#extract] writes
/// nothing outside its folder and stops at [ArchiveLimits]; [TarGz#pack] follows no link. What the files mean is
/// for others.
@NullMarked
package dev.rein.server.archive;

import org.jspecify.annotations.NullMarked;
