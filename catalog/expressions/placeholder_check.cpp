#include "catalog/expressions/placeholder_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/options/secret_resolver.h"
#include "parser/text/ascii.h"

namespace laminar {

SourceSpan span_within(SourceSpan whole, std::size_t text_size, std::size_t offset, std::size_t length) {
    if (length == 0 || whole.end - whole.begin != text_size + 2) return whole;
    const auto begin = static_cast<std::uint32_t>(whole.begin + 1 + std::min(offset, text_size));
    const auto end = static_cast<std::uint32_t>(whole.begin + 1 + std::min(offset + length, text_size));
    return begin < end ? SourceSpan{begin, end} : whole;
}

bool check_secret_references(SourceSpan written_at, std::string_view text, Diagnostics& diagnostics) {
    std::vector<std::size_t> malformed;
    static_cast<void>(find_secret_references(text, &malformed));
    for (const std::size_t offset : malformed) {
        const std::size_t close = text.find('}', offset);
        const std::size_t length = close == std::string_view::npos ? text.size() - offset : close + 1 - offset;
        diagnostics.error(DiagnosticCode::invalid_secret_reference,
                          span_within(written_at, text.size(), offset, length),
                          fmt::format("\"{}\" is not a secret reference", text.substr(offset, length)),
                          "write ${secret:name}; names have letters, digits, \"_\", \"-\" and \".\"");
    }
    return malformed.empty();
}

bool check_placeholders(const OptionDeclaration& option, SourceSpan written_at, std::string_view text,
                        const std::vector<std::string_view>& known, bool in_key, Diagnostics& diagnostics) {
    const auto is_part = [](char c) { return is_letter_or_digit(c) || c == '_'; };
    bool good = true;
    for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
        std::size_t end = at + 2;
        while (end < text.size() && is_part(text[end])) ++end;
        const std::string_view name = text.substr(at + 2, end - at - 2);
        const std::size_t close = text.find('}', end);
        const bool is_placeholder =
            !name.empty() && close != std::string_view::npos && (text[end] == '}' || text[end] == ':');
        if (!is_placeholder || std::find(known.begin(), known.end(), name) != known.end()) continue;
        good = false;
        diagnostics.error(DiagnosticCode::option_not_allowed_value,
                          span_within(written_at, text.size(), at, close + 1 - at),
                          fmt::format("option \"{}\" does not replace {}{}", option.name,
                                      text.substr(at, close + 1 - at), in_key ? " in a key" : ""),
                          fmt::format("{}{}",
                                      known.empty() ? "it is taken as it is written"
                                                    : fmt::format("it replaces {}", list_placeholders(known)),
                                      option.facts.takes_json ? "; in JSON, \\u0024{ is a ${ to be sent" : ""));
    }
    return good;
}

}  // namespace laminar
