#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "cli/infer/sample/sampled_messages.h"

namespace laminar {

/// Where a value stands that may be a row by itself.
enum class ValuePlace : std::uint8_t {
    message,  ///< It is the message, or a line of it.
    element,  ///< It is one of the objects that the message is an array of.
    list      ///< It is such an array: no row, but looked at by tables whose rows are within messages.
};

/// A value of a message that may be a row, or have rows in it. Its text is borrowed from the sample.
struct JsonValue {
    std::size_t message = 0;
    std::string_view text;
    ValuePlace place = ValuePlace::message;

    [[nodiscard]] bool is_object() const noexcept { return text.front() == '{'; }
    [[nodiscard]] bool is_array() const noexcept { return text.front() == '['; }
};

/// Of all messages that are JSON: the message, its objects where it is an array of objects alone (and the array), its
/// lines.
[[nodiscard]] std::vector<JsonValue> json_values(const SampledMessages& sample);

}  // namespace laminar
