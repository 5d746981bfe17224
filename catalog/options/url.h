#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

// Not Boost.URL: it says of a wrong URL neither where it is wrong nor what to write, knows no ${...} references, and
// refuses texts and queries with a percent sign that begins no triplet, which peers send and which are kept here. What
// would be left to it, percent-encoding, is a function of ten lines, for one more library to link.

namespace laminar {

/// A ws:// or wss:// URL (RFC 6455 section 3), taken apart.
struct WebSocketUrl {
    bool secure = false;     ///< wss.
    std::string host;        ///< As written, lower case, IPv6 without brackets.
    bool ipv6 = false;       ///< host is an IPv6 literal.
    std::uint16_t port = 0;  ///< As written, else 80 or 443.
    std::string target;      ///< Path and query for the request line; "/" when empty.

    /// host, [host] for IPv6, with :port unless it is the scheme's own: the Host header.
    [[nodiscard]] std::string authority() const;
};

/// Why a text is not a WebSocket URL.
struct UrlError {
    std::size_t offset = 0;  ///< Of the offending part in the text.
    std::size_t length = 0;  ///< At least 1, unless the text ends too soon.
    std::string message;
    std::string hint;  ///< What to write instead; may be empty.
};

/// ${secret:name} and ${resume} references are allowed in path and query (they stay), and as host or port only when
/// the whole authority is text by then: resolve secrets first when connecting.
[[nodiscard]] std::variant<WebSocketUrl, UrlError> parse_websocket_url(std::string_view text);

/// http://[user:password@]host[:port], for proxies.
struct ProxyUrl {
    std::string user;  ///< Percent-decoded, as the password.
    std::string password;
    std::string host;
    bool ipv6 = false;
    std::uint16_t port = 0;  ///< As written, else 80.
    bool has_credentials = false;
};
[[nodiscard]] std::variant<ProxyUrl, UrlError> parse_proxy_url(std::string_view text);

/// Whether a text can be the value of a Host header (RFC 9110 section 7.2) by its characters: a host with or without a
/// port, or nothing where the target of the request has no authority.
[[nodiscard]] bool is_host_header(std::string_view text) noexcept;

/// Bytes that a URL has as %XX (RFC 3986 section 2.1); what is not a valid triplet stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);
/// The opposite: all bytes but unreserved characters (letters, digits, "-._~") and those of plain.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view plain = {});

}  // namespace laminar
