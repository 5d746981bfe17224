#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/infer/kinds/value_structures.h"

namespace laminar {

/// What accept says of one place: that one of the values stands there, a text that begins so, or anything.
struct KindCondition {
    enum class Test : std::uint8_t { is_one_of, begins_with, exists };
    Test test = Test::exists;
    std::string place;
    std::vector<TagValue> values;  ///< Of begins_with the beginning; of exists none.
};

/// Values of a sample that belong into one table.
struct MessageKind {
    std::vector<std::size_t> values = {};    ///< Indices, ascending.
    std::string name = {};                   ///< What people may call it.
    std::vector<KindCondition> accept = {};  ///< By which they are told from all others; empty: there are no others.
    bool takes_everything = false;           ///< Nothing tells them from scalars and the like, which come, too.
};

/// Puts the objects and arrays of a sample into kinds: those whose members differ, and that a condition can tell apart.
/// Preferred is a tag, a place whose few values go with different members. Kinds that nothing can tell apart are one.
/// At most some thirty, the largest first. Empty objects and arrays, and scalars, are of no kind.
[[nodiscard]] std::vector<MessageKind> find_message_kinds(const std::vector<JsonValue>& values,
                                                          const ValueStructures& structures);
/// The same where the kinds are known beforehand (SampledMessages::groups).
[[nodiscard]] std::vector<MessageKind> find_message_kinds(const SampledMessages& sample,
                                                          const std::vector<JsonValue>& values,
                                                          const ValueStructures& structures);

}  // namespace laminar
