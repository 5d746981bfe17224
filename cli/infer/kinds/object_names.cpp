#include "cli/infer/kinds/object_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "parser/text/ascii.h"
#include "parser/text/split.h"

namespace laminar {
namespace {

constexpr std::size_t longest_name = 60;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

std::string UniqueNames::take(std::string_view wanted) {
    std::string name(wanted);
    for (std::size_t number = 2; !taken_.insert(fold_case(name)).second; ++number)
        name = fmt::format("{}_{}", wanted, number);
    return name;
}

std::string plain_name(std::string_view text) {
    std::string name;
    for (const char c : text.substr(0, longest_name)) {
        if (is_letter_or_digit(c) || c == '_')
            name += c;
        else if (!name.empty() && name.back() != '_')
            name += '_';
    }
    while (name.size() > 1 && name.back() == '_') name.pop_back();
    if (name.empty()) return "x";
    return is_digit(name.front()) ? "_" + name : name;
}

std::string snake_case_name(std::string_view text) {
    const std::string plain = plain_name(text);
    std::string name;
    for (std::size_t at = 0; at < plain.size(); ++at) {
        const bool begins_word = is_upper(plain[at]) && at > 0 && plain[at - 1] != '_' &&
                                 (!is_upper(plain[at - 1]) ||
                                  (at + 1 < plain.size() && !is_upper(plain[at + 1]) && is_letter(plain[at + 1])));
        if (begins_word) name += '_';
        name += to_lower(plain[at]);
    }
    return name;
}

std::string connection_name_of_host(std::string_view host) {
    const std::vector<std::string_view> labels = split_at('.', host);
    if (labels.size() < 2 || is_digit(labels.back().front()) || host.find(':') != std::string_view::npos) return "feed";
    std::size_t at = labels.size() - 2;
    // example.co.uk
    constexpr std::array<std::string_view, 6> shared{"co", "com", "org", "net", "ac", "gov"};
    if (at > 0 && labels.back().size() == 2 && std::find(shared.begin(), shared.end(), labels[at]) != shared.end())
        --at;
    return snake_case_name(labels[at]);
}

}  // namespace laminar
