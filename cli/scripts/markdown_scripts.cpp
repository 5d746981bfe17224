#include "cli/scripts/markdown_scripts.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "cli/scripts/source_part.h"
#include "cli/scripts/text_trim.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

/// A line that opens or closes a code block: three or more backticks or tildes, and what follows them. Any indentation
/// is accepted, for blocks in lists have it.
struct Fence {
    char character = '`';
    std::size_t length = 0;
    std::string_view information;
};

std::optional<Fence> read_fence(std::string_view line) {
    const std::string_view text = trimmed(line);
    if (text.empty() || (text.front() != '`' && text.front() != '~')) return std::nullopt;
    Fence fence;
    fence.character = text.front();
    fence.length = std::min(text.find_first_not_of(text.front()), text.size());
    fence.information = trimmed(text.substr(fence.length));
    if (fence.length < 3) return std::nullopt;
    // `code` within a line is not a fence.
    if (fence.character == '`' && fence.information.find('`') != std::string_view::npos) return std::nullopt;
    return fence;
}

bool has_checked_sql(std::string_view information) {
    const std::string_view language = information.substr(0, information.find_first_of(" \t{"));
    return equals_ignoring_case(language, "sql") && information.find("no-check") == std::string_view::npos;
}

}  // namespace

std::vector<SourceTextPtr> sql_blocks_of(const SourceTextPtr& markdown) {
    std::vector<SourceTextPtr> blocks;
    std::optional<Fence> open;
    std::size_t begin = 0;
    const auto close = [&](std::size_t end) {
        if (has_checked_sql(open->information)) blocks.push_back(part_of(*markdown, begin, end));
        open.reset();
    };
    for (std::uint32_t number = 1; number <= markdown->line_count(); ++number) {
        const std::optional<Fence> fence = read_fence(markdown->line(number));
        if (!fence) continue;
        if (!open) {
            open = fence;
            begin = markdown->line_begin(number + 1);
        } else if (fence->character == open->character && fence->length >= open->length && fence->information.empty()) {
            close(markdown->line_begin(number));
        }
    }
    if (open) close(markdown->text().size());
    return blocks;
}

}  // namespace laminar
