#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parser/text/source_span.h"

namespace laminar {

/// 1-based line and column as editors show them; the column counts code points.
struct SourcePosition {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
};

/// One piece of SQL text with the name it is reported under ("feed.sql", "<stdin>", "-e").
/// Immutable after construction, so it is safe to share between threads. Diagnostics and AST
/// spans refer to it; keep it alive (it is held by shared_ptr) as long as any of them.
class SourceText {
public:
    SourceText(std::string name, std::string text);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    [[nodiscard]] std::string_view slice(SourceSpan span) const noexcept;
    [[nodiscard]] SourcePosition position(std::uint32_t byte_offset) const noexcept;
    /// The text of a 1-based line without its line terminator; empty when out of range.
    [[nodiscard]] std::string_view line(std::uint32_t line_number) const noexcept;
    [[nodiscard]] std::uint32_t line_count() const noexcept;
    /// Byte offset at which a 1-based line starts.
    [[nodiscard]] std::uint32_t line_begin(std::uint32_t line_number) const noexcept;

private:
    std::string name_;
    std::string text_;
    std::vector<std::uint32_t> line_begins_;
};

using SourceTextPtr = std::shared_ptr<const SourceText>;

}  // namespace laminar
