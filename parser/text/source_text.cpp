#include "parser/text/source_text.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace laminar {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Counts code points by their first bytes, so that invalid UTF-8 has columns too.
std::uint32_t count_code_points(std::string_view text) noexcept {
    return static_cast<std::uint32_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

}  // namespace

SourceText::SourceText(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)), line_begins_{0} {
    // Spans are 32 bits wide; what lies beyond has no line of its own (the parser refuses far smaller texts).
    const std::size_t addressable = std::min<std::size_t>(text_.size(), std::numeric_limits<std::uint32_t>::max() - 1);
    for (std::size_t i = 0; i < addressable; ++i) {
        if (text_[i] == '\n') line_begins_.push_back(static_cast<std::uint32_t>(i + 1));
    }
}

std::string_view SourceText::slice(SourceSpan span) const noexcept {
    const std::size_t begin = std::min<std::size_t>(span.begin, text_.size());
    const std::size_t end = std::min<std::size_t>(span.end, text_.size());
    return end <= begin ? std::string_view{} : std::string_view(text_).substr(begin, end - begin);
}

SourcePosition SourceText::position(std::uint32_t byte_offset) const noexcept {
    const auto offset = static_cast<std::uint32_t>(std::min<std::size_t>(byte_offset, text_.size()));
    const auto next = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
    const std::uint32_t begin = *(next - 1);
    std::string_view before = std::string_view(text_).substr(begin, offset - begin);
    // Editors do not show the mark, so it takes no column.
    if (begin == 0 && before.starts_with(byte_order_mark)) before.remove_prefix(byte_order_mark.size());
    return {static_cast<std::uint32_t>(next - line_begins_.begin()), count_code_points(before) + 1};
}

std::string_view SourceText::line(std::uint32_t line_number) const noexcept {
    if (line_number == 0 || line_number > line_begins_.size()) return {};
    const std::size_t begin = line_begins_[line_number - 1];
    std::size_t end = line_number < line_begins_.size() ? line_begins_[line_number] - 1 : text_.size();
    if (end > begin && text_[end - 1] == '\r') --end;
    return std::string_view(text_).substr(begin, end - begin);
}

std::uint32_t SourceText::line_count() const noexcept { return static_cast<std::uint32_t>(line_begins_.size()); }

std::uint32_t SourceText::line_begin(std::uint32_t line_number) const noexcept {
    if (line_number == 0) return 0;
    if (line_number > line_begins_.size()) return static_cast<std::uint32_t>(text_.size());
    return line_begins_[line_number - 1];
}

}  // namespace laminar
