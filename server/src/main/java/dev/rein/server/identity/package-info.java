/// Who calls: credentials, Signature Version 4, STS and IAM.
@NullMarked
package dev.rein.server.identity;

import org.jspecify.annotations.NullMarked;
