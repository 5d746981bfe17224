#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// A step into a JSON document: into a member of an object, an element of an array, or each of its elements.
struct PathStep {
    enum class Kind : std::uint8_t { member, element, each };

    Kind kind = Kind::member;
    std::string name;       ///< Of a member.
    std::size_t index = 0;  ///< Of an element.

    friend bool operator==(const PathStep&, const PathStep&) = default;
};

[[nodiscard]] PathStep member_step(std::string_view name);
[[nodiscard]] PathStep element_step(std::size_t index);
[[nodiscard]] PathStep each_step();

/// From the whole message, or from a row of it.
using MessagePath = std::vector<PathStep>;

[[nodiscard]] MessagePath extended(const MessagePath& path, PathStep step);
[[nodiscard]] bool begins_with(const MessagePath& path, const MessagePath& beginning);
/// What follows the beginning.
[[nodiscard]] MessagePath without_beginning(const MessagePath& path, const MessagePath& beginning);

/// '$.a[0]."odd name"', as json_path, rows and accept have it; "$" without steps. nullopt where a name cannot be
/// written in such a path.
[[nodiscard]] std::optional<std::string> path_text(const MessagePath& path);

}  // namespace laminar
