#pragma once

#include <string>
#include <string_view>

#include "cli/infer/definition_writer.h"
#include "cli/infer/kinds/message_kinds.h"
#include "cli/infer/kinds/object_names.h"
#include "cli/infer/sample/sampled_messages.h"

namespace laminar {

/// The table of one kind: its statement, and what is remarked on it. connection: its name. name: of the table.
[[nodiscard]] FoundTable table_of_kind(const SampledMessages& sample, const std::vector<JsonValue>& values,
                                       const MessageKind& kind, std::string_view connection, std::string_view name);

/// The table of a feed whose messages are no JSON.
[[nodiscard]] FoundTable table_of_payloads(const SampledMessages& sample, bool binary, std::string_view connection);

}  // namespace laminar
