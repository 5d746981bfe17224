#include "catalog/options/code_ranges.h"

#include <algorithm>
#include <charconv>

namespace laminar {

namespace {

std::optional<int> parse_code(std::string_view text) {
    int code = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), code);
    if (failure != std::errc() || end != text.data() + text.size() || text.front() == '-') return std::nullopt;
    return code;
}

}  // namespace

std::optional<CodeRange> parse_code_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const std::optional<int> first = parse_code(text.substr(0, dash));
    if (!first) return std::nullopt;
    if (dash == std::string_view::npos) return CodeRange{*first, *first};
    const std::optional<int> last = parse_code(text.substr(dash + 1));
    if (!last || *last < *first) return std::nullopt;
    return CodeRange{*first, *last};
}

CodeRanges::CodeRanges(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
        if (const std::optional<CodeRange> range = parse_code_range(text)) ranges_.push_back(*range);
    }
}

bool CodeRanges::contain(int code) const noexcept {
    return std::any_of(ranges_.begin(), ranges_.end(),
                       [code](const CodeRange& range) { return range.first <= code && code <= range.last; });
}

}  // namespace laminar
