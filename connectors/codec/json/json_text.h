#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace laminar {

/// Whether text is one valid JSON value (RFC 8259) in UTF-8 and nothing else but space. Nesting costs no stack.
[[nodiscard]] bool is_json_value(std::string_view text);

/// What the engine takes for JSON beyond RFC 8259 put right: NaN and infinity become null, a comma before a closing
/// bracket goes. Nothing when that does not make it valid, either.
[[nodiscard]] std::optional<std::string> repaired_json(std::string_view text);

/// Walking through text that is known to be one or more valid JSON values. Offsets are bytes; none of those that follow
/// looks beyond text, but on text that is not valid JSON their results mean nothing.

[[nodiscard]] std::size_t skip_json_space(std::string_view text, std::size_t at) noexcept;
/// Behind the value that starts at at. Iterative: nesting costs no stack.
[[nodiscard]] std::size_t end_of_json_value(std::string_view text, std::size_t at) noexcept;

/// The characters of a quoted string: a part of text, or in scratch when there are escapes.
[[nodiscard]] std::string_view json_string_content(std::string_view quoted, std::string& scratch);

/// Elements of an array, one after the other.
class JsonElements {
public:
    explicit JsonElements(std::string_view array) noexcept : text_(array) {}
    [[nodiscard]] std::optional<std::string_view> next() noexcept;

private:
    std::string_view text_;
    std::size_t at_ = 1;
};

/// Members of an object, one after the other.
class JsonMembers {
public:
    struct Member {
        std::string_view quoted_key;
        std::string_view value;
    };
    explicit JsonMembers(std::string_view object) noexcept : text_(object) {}
    [[nodiscard]] std::optional<Member> next() noexcept;

private:
    std::string_view text_;
    std::size_t at_ = 1;
};

/// Offset of a \u escape that is the second half of a surrogate pair without the first; npos when there is none.
/// For any text.
[[nodiscard]] std::size_t find_unpaired_low_surrogate(std::string_view text) noexcept;

}  // namespace laminar
