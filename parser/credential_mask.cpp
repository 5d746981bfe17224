#include "parser/credential_mask.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace laminar {

namespace {

constexpr std::array<std::string_view, 15> credential_words{"token",      "key",    "secret", "password", "passwd",
                                                            "pwd",        "auth",   "sig",    "jwt",      "bearer",
                                                            "credential", "cookie", "pass",   "session",  "ticket"};

char lower(char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool suggests_credential(std::string_view name) {
    std::string folded(name);
    std::transform(folded.begin(), folded.end(), folded.begin(), lower);
    return std::any_of(credential_words.begin(), credential_words.end(),
                       [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

/// Overwrites [begin, end) of the line, apart from references to secrets.
void mask(std::string& line, std::size_t begin, std::size_t end) {
    while (begin < end) {
        const std::size_t reference = std::min(line.find("${secret:", begin), end);
        std::fill(line.begin() + static_cast<std::ptrdiff_t>(begin),
                  line.begin() + static_cast<std::ptrdiff_t>(reference), '*');
        const std::size_t close = line.find('}', reference);
        begin = close == std::string::npos ? end : close + 1;
    }
}

void mask_url(std::string& line, std::size_t begin, std::size_t end) {
    const std::size_t scheme = line.find("://", begin);
    if (scheme == std::string::npos || scheme >= end) return;
    const std::size_t authority = scheme + 3;
    const std::size_t path = std::min(line.find_first_of("/?#", authority), end);
    const std::size_t at = line.rfind('@', path);
    if (at != std::string::npos && at >= authority && at < path) {
        const std::size_t colon = line.find(':', authority);
        mask(line, colon < at ? colon + 1 : authority, at);
    }
    std::size_t query = line.find('?', authority);
    while (query < end) {
        const std::size_t next = std::min(line.find_first_of("&;#", query + 1), end);
        const std::size_t equals = line.find('=', query);
        if (equals < next && suggests_credential(std::string_view(line).substr(query + 1, equals - query - 1)))
            mask(line, equals + 1, next);
        query = next;
    }
}

/// What stands before the literal that begins at quote: name = or 'name': or name (; empty when nothing names it.
std::string_view name_before(std::string_view line, std::size_t quote) {
    const auto skip_spaces = [&] {
        while (quote > 0 && (line[quote - 1] == ' ' || line[quote - 1] == '\t')) --quote;
    };
    skip_spaces();
    if (quote == 0 || (line[quote - 1] != '=' && line[quote - 1] != ':')) return {};
    --quote;
    skip_spaces();
    if (quote > 0 && (line[quote - 1] == '\'' || line[quote - 1] == '"')) --quote;
    std::size_t begin = quote;
    const auto is_part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    while (begin > 0 && is_part(line[begin - 1])) --begin;
    return line.substr(begin, quote - begin);
}

}  // namespace

std::string mask_credentials(std::string_view line) {
    std::string shown(line);
    for (std::size_t quote = line.find('\''); quote != std::string_view::npos; quote = line.find('\'', quote)) {
        std::size_t end = quote + 1;
        while (end < line.size() && (line[end] != '\'' || (end + 1 < line.size() && line[end + 1] == '\'')))
            end += line[end] == '\'' ? 2 : 1;
        end = std::min(end, line.size());  // A literal that goes on in the next line.
        if (suggests_credential(name_before(line, quote)))
            mask(shown, quote + 1, end);
        else
            mask_url(shown, quote + 1, end);
        quote = std::min(end + 1, line.size());
    }
    return shown;
}

}  // namespace laminar
