/// AWS's wire: operations, modelled errors, validation from AWS's own service models, and JSON to and from the AWS
/// SDK's types.
@NullMarked
package dev.rein.server.wire;

import org.jspecify.annotations.NullMarked;
