#include "parser/text/credential_mask.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "parser/text/ascii.h"
#include "parser/text/json_texts.h"

namespace laminar {

namespace {

constexpr std::array<std::string_view, 15> credential_words{"token",      "key",    "secret", "password", "passwd",
                                                            "pwd",        "auth",   "sig",    "jwt",      "bearer",
                                                            "credential", "cookie", "pass",   "session",  "ticket"};

bool suggests_credential(std::string_view name) {
    const std::string folded = fold_case(name);
    return std::any_of(credential_words.begin(), credential_words.end(),
                       [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

/// Overwrites [begin, end) of the text, apart from references to secrets and line ends.
void mask(std::string& text, std::size_t begin, std::size_t end) {
    const std::string_view view = std::string_view(text).substr(0, end);
    while (begin < end) {
        const std::size_t reference = std::min(view.find("${secret:", begin), end);
        std::replace_if(
            text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(reference),
            [](char character) { return character != '\n' && character != '\r'; }, '*');
        const std::size_t close = view.find('}', reference);
        begin = close == std::string_view::npos ? end : close + 1;
    }
}

/// What stands before the "@" of a URL without its scheme. In one that is malformed the password may have a "/" in it:
/// then what follows the first ":" is no port, and the "@" comes later.
std::size_t credentials_length(std::string_view url) {
    const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
    std::size_t at = authority.rfind('@');
    const std::size_t colon = authority.find(':');
    if (at == std::string_view::npos && colon != std::string_view::npos) {
        const std::string_view port = authority.substr(colon + 1);
        const bool is_port = !port.empty() && port.find_first_not_of("0123456789") == std::string_view::npos;
        if (!is_port) at = url.rfind('@');
    }
    return at == std::string_view::npos ? 0 : at;
}

/// named_url: the text is a URL even without a scheme (proxy = 'user:password@host:port').
void mask_url(std::string& text, std::size_t begin, std::size_t end, bool named_url) {
    const std::string_view view = std::string_view(text).substr(0, end);
    const std::size_t scheme = view.find("://", begin);
    const bool has_scheme = scheme != std::string_view::npos;
    if (!has_scheme && !named_url) return;
    std::size_t authority = has_scheme ? scheme + 3 : begin;
    // Malformed, with what is no scheme before "://".
    if (has_scheme && view.substr(begin, scheme - begin).find('@') != std::string_view::npos) authority = begin;
    if (const std::size_t length = credentials_length(view.substr(authority)); length > 0) {
        const std::size_t at = authority + length;
        const std::size_t colon = view.find(':', authority);
        mask(text, colon < at ? colon + 1 : authority, at);
    }
    std::size_t query = view.find('?', authority);
    while (query < end) {
        const std::size_t next = std::min(view.find_first_of("&;#", query + 1), end);
        const std::size_t equals = view.find('=', query);
        if (equals < next && suggests_credential(view.substr(query + 1, equals - query - 1)))
            mask(text, equals + 1, next);
        query = next;
    }
}

/// What stands before the literal that begins at quote: name = or 'name': or name (; empty when nothing names it.
std::string_view name_before(std::string_view line, std::size_t quote) {
    const auto skip_spaces = [&] {
        while (quote > 0 && std::string_view(" \t\r\n").find(line[quote - 1]) != std::string_view::npos) --quote;
    };
    skip_spaces();
    if (quote == 0 || (line[quote - 1] != '=' && line[quote - 1] != ':')) return {};
    --quote;
    skip_spaces();
    if (quote > 0 && (line[quote - 1] == '\'' || line[quote - 1] == '"')) --quote;
    std::size_t begin = quote;
    const auto is_part = [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-'; };
    while (begin > 0 && is_part(line[begin - 1])) --begin;
    return line.substr(begin, quote - begin);
}

std::size_t end_of_literal(std::string_view text, std::size_t quote) {
    std::size_t end = quote + 1;
    while (end < text.size() && (text[end] != '\'' || (end + 1 < text.size() && text[end + 1] == '\'')))
        end += text[end] == '\'' ? 2 : 1;
    return std::min(end, text.size());
}

void mask_literal(std::string_view text, std::size_t quote, std::size_t end, std::string& shown) {
    const std::string_view name = name_before(text, quote);
    if (suggests_credential(name)) return mask(shown, quote + 1, end);
    mask_url(shown, quote + 1, end, fold_case(name) == "proxy");
    const std::string_view literal = text.substr(quote + 1, end - quote - 1);
    for_each_json_text(literal, [&](std::string_view member, std::size_t value, std::size_t value_end) {
        if (suggests_credential(member)) mask(shown, quote + 1 + value, quote + 1 + value_end);
    });
}

/// The end of the comment or quoted name that begins at this place; the place itself when none does.
std::size_t end_of_other_text(std::string_view text, std::size_t at) {
    const auto after = [text](std::size_t found, std::size_t length) {
        return found == std::string_view::npos ? text.size() : found + length;
    };
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("--")) return after(text.find('\n', at), 0);
    if (rest.starts_with("/*")) return after(text.find("*/", at + 2), 2);
    if (rest.starts_with('"')) return after(text.find('"', at + 1), 1);
    return at;
}

/// Literals as they are in text that is SQL, over several lines, too.
void mask_literals(std::string_view text, std::string& shown) {
    std::size_t at = 0;
    while ((at = text.find_first_of("'\"-/", at)) != std::string_view::npos) {
        if (text[at] == '\'') {
            const std::size_t end = end_of_literal(text, at);
            mask_literal(text, at, end, shown);
            at = end + 1;
        } else {
            at = std::max(end_of_other_text(text, at), at + 1);
        }
        if (at >= text.size()) return;
    }
}

/// What looks like a literal on one line, whatever stands before that: quotes may not match in text with mistakes.
void mask_line(std::string_view text, std::size_t begin, std::size_t line_end, std::string& shown) {
    const std::string_view line = text.substr(begin, line_end - begin);
    std::string masked(line);
    for (std::size_t quote = line.find('\''); quote != std::string_view::npos; quote = line.find('\'', quote)) {
        const std::size_t end = end_of_literal(line, quote);
        mask_literal(line, quote, end, masked);
        quote = std::min(end + 1, line.size());
    }
    for (std::size_t index = 0; index < line.size(); ++index) {
        if (masked[index] != line[index]) shown[begin + index] = masked[index];
    }
}

}  // namespace

std::string mask_credentials(std::string_view text) {
    std::string shown(text);
    mask_literals(text, shown);
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        mask_line(text, begin, end, shown);
        begin = end + 1;
    }
    return shown;
}

}  // namespace laminar
