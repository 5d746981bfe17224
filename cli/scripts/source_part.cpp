#include "cli/scripts/source_part.h"

#include <algorithm>
#include <memory>
#include <string>

namespace laminar {

SourceTextPtr part_of(const SourceText& whole, std::size_t begin, std::size_t end) {
    std::string text(whole.text().substr(0, end));
    std::replace_if(
        text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(begin, text.size())),
        [](char c) { return c != '\n'; }, ' ');
    return std::make_shared<SourceText>(whole.name(), std::move(text));
}

}  // namespace laminar
