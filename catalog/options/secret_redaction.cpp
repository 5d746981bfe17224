#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "catalog/options/secret_resolver.h"
#include "catalog/options/url.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::string_view mask = "***";

constexpr std::array<std::string_view, 15> credential_words{"token", "key",    "secret", "password",   "passwd",
                                                            "pwd",   "auth",   "sig",    "credential", "session",
                                                            "jwt",   "bearer", "code",   "ticket",     "cookie"};

}  // namespace

bool suggests_credential(std::string_view name) {
    const std::string folded = fold_case(name);
    return std::any_of(credential_words.begin(), credential_words.end(),
                       [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

bool ends_with_credential_name(std::string_view text) {
    if (!text.ends_with('=')) return false;
    text.remove_suffix(1);
    const std::size_t begin = text.find_last_of("?&");
    return begin != std::string_view::npos && suggests_credential(text.substr(begin + 1));
}

std::string json_escaped(std::string_view text) {
    constexpr std::string_view named = "\b\f\n\r\t\"\\";
    constexpr std::string_view letters = "bfnrt\"\\";
    std::string result;
    for (const char character : text) {
        const std::size_t index = named.find(character);
        if (index != std::string_view::npos)
            (result += '\\') += letters[index];
        else if (static_cast<unsigned char>(character) < 0x20)
            result += fmt::format("\\u{:04X}", static_cast<unsigned>(character));
        else
            result += character;
    }
    return result;
}

namespace {

/// A malformed URL may have a password with a "/" in it: then what follows the first ":" is no port, and a "@" comes
/// later.
std::size_t end_of_unencoded_credentials(std::string_view url, std::size_t begin, std::size_t end) {
    const std::string_view authority = url.substr(begin, end - begin);
    const std::size_t colon = authority.find(':');
    if (colon == std::string_view::npos || authority.starts_with('[')) return std::string_view::npos;
    const std::string_view port = authority.substr(colon + 1);
    if (!port.empty() && port.find_first_not_of("0123456789") == std::string_view::npos) return std::string_view::npos;
    return url.rfind('@');
}

/// The URL with what replace gives for each credential in it.
template <class Replace>
std::string with_credentials_replaced(std::string_view url, const Replace& replace) {
    std::string result;
    const std::size_t separator = url.find("://");
    const std::size_t begin = separator == std::string_view::npos ? 0 : separator + 3;
    std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
    std::size_t at = url.substr(0, end).rfind('@');
    if (at == std::string_view::npos || at < begin) at = end_of_unencoded_credentials(url, begin, end);
    if (at != std::string_view::npos && at > end) end = std::min(url.find_first_of("/?#", at), url.size());
    result += url.substr(0, begin);
    if (at != std::string_view::npos && at >= begin) {
        const std::string_view user_info = url.substr(begin, at - begin);
        const std::size_t colon = user_info.find(':');
        // Alone it may be a token as well as a name.
        const std::size_t secret = colon == std::string_view::npos ? 0 : colon + 1;
        result += user_info.substr(0, secret);
        result += replace(user_info.substr(secret));
        result += url.substr(at, end - at);
    } else {
        result += url.substr(begin, end - begin);
    }
    // OAuth gives tokens in the fragment, written like a query (RFC 6749, section 4.2.2).
    std::size_t query = url.find_first_of("?#", end);
    if (query == std::string_view::npos) return result += url.substr(end);
    result += url.substr(end, query + 1 - end);
    for (++query; query <= url.size();) {
        const std::size_t next = std::min(url.find_first_of("&;#", query), url.size());
        const std::string_view parameter = url.substr(query, next - query);
        const std::size_t equals = parameter.find('=');
        if (equals != std::string_view::npos && suggests_credential(parameter.substr(0, equals)))
            result += fmt::format("{}={}", parameter.substr(0, equals), replace(parameter.substr(equals + 1)));
        else
            result += parameter;
        if (next < url.size()) result += url[next];
        query = next + 1;
    }
    return result;
}

}  // namespace

std::string redact_url(std::string_view url) {
    return with_credentials_replaced(url, [](std::string_view) { return mask; });
}

std::vector<std::string> url_credentials(std::string_view url) {
    std::vector<std::string> credentials;
    (void)with_credentials_replaced(url, [&](std::string_view credential) {
        credentials.emplace_back(credential);
        std::string decoded = percent_decoded(credential);
        if (decoded != credential) credentials.push_back(std::move(decoded));
        return mask;
    });
    return credentials;
}

}  // namespace laminar
