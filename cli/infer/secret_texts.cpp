#include "cli/infer/secret_texts.h"

#include <algorithm>
#include <array>
#include <string>

#include "catalog/options/clear_secrets.h"
#include "catalog/options/secret_resolver.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::size_t shortest_made_up = 24;

template <std::size_t Size>
bool is_one_of(std::string_view text, const std::array<std::string_view, Size>& names) {
    const std::string folded = fold_case(text);
    return std::find(names.begin(), names.end(), folded) != names.end();
}

bool is_url_safe(char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; }

/// Header, claims and signature in base64 without padding.
bool is_web_token(std::string_view text) {
    return text.starts_with("eyJ") && std::count(text.begin(), text.end(), '.') == 2 &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_url_safe(c) || c == '.'; });
}

/// Slashes with a backslash are written without.
std::string redacted_url_in_json(std::string_view url) {
    std::string plain(url);
    for (std::size_t at = plain.find("\\/"); at != std::string::npos; at = plain.find("\\/", at)) plain.erase(at, 1);
    const std::string shown = redact_url(plain);
    return shown == plain ? std::string(url) : shown;
}

}  // namespace

bool is_secret_name(std::string_view name) {
    constexpr std::array<std::string_view, 7> names{"sig", "sign", "passphrase", "session", "ticket", "hmac", "pass"};
    const std::string folded = fold_case(name);
    return names_credential(name) || folded.ends_with("key") || folded.starts_with("key_") || is_one_of(name, names);
}

bool looks_made_up(std::string_view text) {
    if (text.size() < shortest_made_up || refers_to_secret(text)) return false;
    if (is_web_token(text)) return true;
    const bool is_padded = text.ends_with('=');
    while (text.ends_with('=')) text.remove_suffix(1);
    const auto is_plain = [&](char c) { return is_url_safe(c) || (is_padded && (c == '+' || c == '/')); };
    const auto digits = std::count_if(text.begin(), text.end(), is_digit);
    const auto letters = std::count_if(text.begin(), text.end(), is_letter);
    return std::all_of(text.begin(), text.end(), is_plain) && (is_padded || (digits >= 4 && letters >= 4));
}

bool names_login(std::string_view text) {
    constexpr std::array<std::string_view, 9> words{"auth",          "authenticate", "authentication",
                                                    "authenticated", "authorize",    "authorization",
                                                    "login",         "logon",        "signin"};
    std::size_t begin = text.size();
    while (begin > 0 && is_letter(text[begin - 1])) --begin;
    return is_one_of(text.substr(begin), words);
}

std::string without_url_credentials(std::string_view text) {
    // A JSON string may write a slash with a backslash.
    constexpr std::string_view ends = " \t\r\n\"'<>";
    std::string shown;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find_first_of(ends, begin), text.size());
        const std::string_view word = text.substr(begin, end - begin);
        const bool is_url =
            word.find("://") != std::string_view::npos || word.find(":\\/\\/") != std::string_view::npos;
        shown += is_url ? redacted_url_in_json(word) : std::string(word);
        if (end < text.size()) shown += text[end];
        begin = end + 1;
    }
    return shown;
}

}  // namespace laminar
