#include "parser/text/json_texts.h"

#include <algorithm>

namespace laminar {
namespace {

constexpr std::string_view space = " \t\r\n";

std::size_t skip_space(std::string_view text, std::size_t at) {
    return std::min(text.find_first_not_of(space, at), text.size());
}

/// Behind the quote that ends the string whose opening quote is at at.
std::size_t end_of_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            return at + 1;
    }
    return text.size();
}

}  // namespace

void for_each_json_text(std::string_view text,
                        const std::function<void(std::string_view, std::size_t, std::size_t)>& visit) {
    std::size_t at = skip_space(text, 0);
    if (at == text.size() || (text[at] != '{' && text[at] != '[')) return;
    while ((at = text.find('"', at)) != std::string_view::npos) {
        const std::size_t end = end_of_string(text, at);
        const std::string_view name = text.substr(at + 1, end - at > 1 ? end - at - 2 : 0);
        at = skip_space(text, end);
        if (at == text.size() || text[at] != ':') continue;
        at = skip_space(text, at + 1);
        if (at == text.size() || text[at] != '"') continue;
        const std::size_t behind = end_of_string(text, at);
        const std::size_t value_end = text[behind - 1] == '"' && behind > at + 1 ? behind - 1 : behind;
        if (value_end > at + 1) visit(name, at + 1, value_end);
        at = behind;
    }
}

}  // namespace laminar
