#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace laminar {

/// Calls visit for every member of the text's objects whose value is a string that is not empty: its name, and where
/// the value begins and ends, without the quotes; both as they are written. Of a text that is no JSON, as far as it can
/// be read; of one that does not begin as an object or array, nothing.
void for_each_json_text(std::string_view text,
                        const std::function<void(std::string_view name, std::size_t begin, std::size_t end)>& visit);

}  // namespace laminar
