/// A trained model behind the hosting contract: `GET /ping` and `POST /invocations`.
///
/// [ModelServer] is the front door. A [ServedModel] turns observations into actions; how they travel is the matter
/// of [Invocation] and [Answer], and a model never sees a content type. Nothing here trains or changes a model.
@NullMarked
package dev.rein.workload.serving;

import org.jspecify.annotations.NullMarked;
