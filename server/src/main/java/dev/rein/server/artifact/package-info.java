/// Files that hosts leave behind: folders kept in step with S3 while they are written, and trees of several hosts
/// merged.
///
/// What a host wrote is hostile, perhaps at this very moment: [UntrustedTree] follows no link. Archives are next
/// door, in `archive`. Nothing here knows what a job is.
@NullMarked
package dev.rein.server.artifact;

import org.jspecify.annotations.NullMarked;
