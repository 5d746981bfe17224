#pragma once

#include <vector>

#include "cli/infer/kinds/message_kinds.h"

namespace laminar {

/// Gives kinds without a name one: the value of the tag that tells them; else a word that is in a tag of all of their
/// values and of no other kind; else "answers" for what looks like one, and "messages".
void name_kinds(std::vector<MessageKind>& kinds, const ValueStructures& structures);

}  // namespace laminar
