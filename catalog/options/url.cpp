#include "catalog/options/url.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "catalog/options/secret_resolver.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

bool is_host_character(char character) {
    const auto byte = static_cast<unsigned char>(character);
    return is_letter_or_digit(character) || character == '-' || character == '.' || character == '_' || byte >= 0x80;
}

UrlError error(std::size_t offset, std::size_t length, std::string message, std::string hint = {}) {
    return {offset, length, std::move(message), std::move(hint)};
}

/// The same text with every ${secret:name} and ${resume} replaced by as many ordinary characters, so that their braces
/// do not count as bad ones and offsets stay.
std::string without_references(std::string_view text) {
    std::string masked(text);
    for (const SecretReference& reference : find_secret_references(text))
        std::fill_n(masked.begin() + static_cast<std::ptrdiff_t>(reference.offset), reference.length, 'x');
    constexpr std::string_view resume = "${resume}";
    for (std::size_t at = masked.find(resume); at != std::string::npos; at = masked.find(resume, at))
        std::fill_n(masked.begin() + static_cast<std::ptrdiff_t>(at), resume.size(), 'x');
    return masked;
}

bool has_reference(std::string_view text) { return text.find("${") != std::string_view::npos; }

struct HostAndPort {
    std::string host;
    bool ipv6 = false;
    std::optional<std::uint16_t> port;
};

/// Without the name of a zone: those are not for URLs.
bool is_ipv6_address(std::string_view text) {
    in6_addr address{};
    return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

std::variant<std::uint16_t, UrlError> parse_port(std::string_view text, std::size_t offset) {
    if (text.empty()) return error(offset > 0 ? offset - 1 : 0, 1, "the port is missing after \":\"");
    // Not quoted: where the URL is a secret, it is a part of it.
    if (!std::all_of(text.begin(), text.end(), is_digit))
        return error(offset, text.size(), "the port is not a number", "ports are 1 to 65535");
    unsigned value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size() || value == 0 || value > 65535)
        return error(offset, text.size(), fmt::format("\"{}\" is not a port", text), "ports are 1 to 65535");
    return static_cast<std::uint16_t>(value);
}

/// offset is that of authority in the whole text.
std::variant<HostAndPort, UrlError> parse_host_and_port(std::string_view authority, std::string_view masked,
                                                        std::size_t offset) {
    HostAndPort result;
    std::string_view port;
    std::size_t port_offset = 0;
    bool has_port = false;
    if (masked.starts_with('[')) {
        const std::size_t close = masked.find(']');
        if (close == std::string_view::npos)
            return error(offset, authority.size(), "the IPv6 address is not closed by \"]\"");
        const std::string_view address = masked.substr(1, close - 1);
        if (!is_ipv6_address(address))
            return error(offset + 1, std::max<std::size_t>(1, address.size()),
                         "what is in brackets is not an IPv6 address");
        result.host = fold_case(address);
        result.ipv6 = true;
        const std::string_view rest = masked.substr(close + 1);
        if (!rest.empty() && rest.front() != ':')
            return error(offset + close + 1, rest.size(), "only a port can follow the IPv6 address");
        has_port = !rest.empty();
        port_offset = close + 2;
    } else {
        const std::size_t colon = masked.find(':');
        if (colon != std::string_view::npos && masked.find(':', colon + 1) != std::string_view::npos &&
            is_ipv6_address(masked))
            return error(offset, authority.size(), "an IPv6 address must be in brackets",
                         fmt::format("write [{}]", authority));
        const std::string_view host = authority.substr(0, colon);
        if (host.empty()) return error(offset, authority.empty() ? 0 : 1, "the host is missing");
        const std::string_view masked_host = masked.substr(0, colon);
        for (std::size_t i = 0; i < masked_host.size(); ++i) {
            if (!is_host_character(masked_host[i]))
                return error(offset + i, 1, fmt::format("\"{}\" cannot be part of a host name", masked_host[i]));
        }
        // Secret names keep their case; host names have none.
        result.host = has_reference(host) ? std::string(host) : fold_case(host);
        has_port = colon != std::string_view::npos;
        port_offset = has_port ? colon + 1 : 0;
    }
    if (!has_port) return result;
    port = authority.substr(port_offset);
    if (has_reference(port)) return result;
    auto parsed = parse_port(port, offset + port_offset);
    if (auto* failure = std::get_if<UrlError>(&parsed)) return std::move(*failure);
    result.port = std::get<std::uint16_t>(parsed);
    return result;
}

std::optional<UrlError> check_characters(std::string_view masked) {
    for (std::size_t i = 0; i < masked.size(); ++i) {
        const auto byte = static_cast<unsigned char>(masked[i]);
        if (byte <= 0x20 || byte == 0x7f)
            return error(i, 1, byte == ' ' ? "it contains a space" : "it contains a control character",
                         byte == ' ' ? "write %20" : "");
        if (masked[i] == '%' &&
            !(i + 2 < masked.size() && hexadecimal_digit(masked[i + 1]) >= 0 && hexadecimal_digit(masked[i + 2]) >= 0))
            return error(i, 1, "\"%\" must be followed by two hexadecimal digits", "write %25 for a percent sign");
        if (std::string_view("\"<>\\^`{|}").find(masked[i]) != std::string_view::npos)
            return error(i, 1, fmt::format("\"{}\" must be percent-encoded", masked[i]),
                         fmt::format("write %{:02X}", static_cast<unsigned>(byte)));
    }
    return std::nullopt;
}

/// What stands before "://", as it may be shown: nothing that could be credentials.
std::string shown_scheme(std::string_view scheme) {
    const bool plain = std::all_of(scheme.begin(), scheme.end(),
                                   [](char c) { return is_letter_or_digit(c) || c == '+' || c == '-' || c == '.'; });
    return plain ? fmt::format("the scheme \"{}\"", scheme) : "what stands before \"://\"";
}

/// A "@" behind what was taken for host and port, which are none: a password with a "/", "?" or "#" in it. The text
/// must not be quoted then.
std::optional<UrlError> unencoded_credentials(std::string_view text, std::size_t begin, std::size_t end) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || at < end) return std::nullopt;
    return error(begin, at + 1 - begin, "user name and password have characters that must be percent-encoded",
                 "write %2F for \"/\", %3F for \"?\", %23 for \"#\"");
}

/// Complains about a missing or wrong scheme in terms of what was probably meant.
UrlError scheme_error(std::string_view text) {
    const std::size_t separator = text.find("://");
    if (separator == std::string_view::npos)
        return error(0, text.size(), "the scheme is missing", fmt::format("write 'wss://{}'", redact_url(text)));
    const std::string_view scheme = text.substr(0, separator);
    const std::string_view rest = text.substr(separator);
    std::string hint = "use ws:// or wss://";
    if (equals_ignoring_case(scheme, "http")) hint = fmt::format("write 'ws{}'", redact_url(rest));
    if (equals_ignoring_case(scheme, "https")) hint = fmt::format("write 'wss{}'", redact_url(rest));
    return error(0, std::max<std::size_t>(1, scheme.size()), fmt::format("{} is not ws or wss", shown_scheme(scheme)),
                 std::move(hint));
}

}  // namespace

bool is_host_header(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char character) {
        return is_letter_or_digit(character) ||
               std::string_view("-._~%!$&'()*+,;=:[]").find(character) != std::string_view::npos;
    });
}

std::string percent_decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        const bool encoded = text[i] == '%' && i + 2 < text.size() && hexadecimal_digit(text[i + 1]) >= 0 &&
                             hexadecimal_digit(text[i + 2]) >= 0 &&
                             std::from_chars(&text[i + 1], &text[i + 1] + 2, byte, 16).ec == std::errc();
        result += encoded ? static_cast<char>(byte) : text[i];
        if (encoded) i += 2;
    }
    return result;
}

std::string percent_encoded(std::string_view text, std::string_view plain) {
    std::string result;
    for (const char character : text) {
        const bool unreserved =
            is_letter_or_digit(character) || std::string_view("-._~").find(character) != std::string_view::npos;
        if (unreserved || plain.find(character) != std::string_view::npos)
            result += character;
        else
            result += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(character)));
    }
    return result;
}

std::string WebSocketUrl::authority() const {
    std::string text = ipv6 ? fmt::format("[{}]", host) : host;
    if (port != (secure ? 443 : 80)) text += fmt::format(":{}", port);
    return text;
}

std::variant<WebSocketUrl, UrlError> parse_websocket_url(std::string_view text) {
    if (text.empty()) return error(0, 0, "it is empty", "for example 'wss://stream.example.com/events'");
    // A URL that is one secret is whatever the secret holds.
    const std::string masked = without_references(text);
    const std::size_t separator = masked.find("://");
    if (has_reference(text.substr(0, separator)) && !find_secret_references(text).empty() && text.starts_with("${"))
        return WebSocketUrl{false, std::string(text), false, 80, "/"};
    WebSocketUrl url;
    const std::string_view scheme = std::string_view(masked).substr(0, separator);
    url.secure = equals_ignoring_case(scheme, "wss");
    if (separator == std::string::npos || (!url.secure && !equals_ignoring_case(scheme, "ws")))
        return scheme_error(text);
    if (auto failure = check_characters(masked)) return std::move(*failure);

    const std::size_t begin = separator + 3;
    const std::size_t end = std::min(masked.find_first_of("/?#", begin), masked.size());
    const std::size_t at = std::string_view(masked).substr(0, end).rfind('@');
    if (at != std::string::npos && at >= begin)
        return error(begin, at + 1 - begin, "user name and password are not allowed",
                     "use headers = MAP {'Authorization': 'Basic ${secret:name}'}");
    auto parsed = parse_host_and_port(text.substr(begin, end - begin),
                                      std::string_view(masked).substr(begin, end - begin), begin);
    if (auto* failure = std::get_if<UrlError>(&parsed))
        return unencoded_credentials(text, begin, end).value_or(std::move(*failure));
    auto& authority = std::get<HostAndPort>(parsed);
    url.host = std::move(authority.host);
    url.ipv6 = authority.ipv6;
    url.port = authority.port.value_or(url.secure ? 443 : 80);

    const std::size_t fragment = masked.find('#', end);
    if (fragment != std::string::npos)
        return error(fragment, masked.size() - fragment, "fragments are not allowed", "remove it, or write %23");
    url.target = std::string(text.substr(end));
    if (url.target.empty() || url.target.front() != '/') url.target.insert(url.target.begin(), '/');
    return url;
}

std::variant<ProxyUrl, UrlError> parse_proxy_url(std::string_view text) {
    if (text.empty()) return error(0, 0, "it is empty", "for example 'http://proxy.example.com:3128'");
    const std::string masked = without_references(text);
    ProxyUrl url;
    std::size_t begin = masked.find("://");
    if (begin != std::string::npos) {
        if (!equals_ignoring_case(text.substr(0, begin), "http"))
            return error(0, std::max<std::size_t>(1, begin),
                         fmt::format("{} is not http", shown_scheme(text.substr(0, begin))),
                         "the connection to the proxy is plain; what goes through it may still be wss");
        begin += 3;
    } else {
        begin = 0;  // host:port is how many write it.
    }
    if (auto failure = check_characters(masked)) return std::move(*failure);
    const std::size_t end = std::min(masked.find_first_of("/?#", begin), masked.size());
    if (end < masked.size() && std::string_view(masked).substr(end) != "/")
        return error(end, masked.size() - end, "a proxy has no path, query or fragment");
    const std::size_t at = std::string_view(masked).substr(0, end).rfind('@');
    if (at != std::string::npos && at >= begin) {
        const std::string_view credentials = text.substr(begin, at - begin);
        const std::size_t colon = masked.find(':', begin);
        const std::size_t user_length = colon < at ? colon - begin : credentials.size();
        url.user = percent_decoded(credentials.substr(0, user_length));
        if (user_length < credentials.size()) url.password = percent_decoded(credentials.substr(user_length + 1));
        url.has_credentials = true;
        begin = at + 1;
    }
    auto parsed = parse_host_and_port(text.substr(begin, end - begin),
                                      std::string_view(masked).substr(begin, end - begin), begin);
    if (auto* failure = std::get_if<UrlError>(&parsed))
        return unencoded_credentials(text, begin, end).value_or(std::move(*failure));
    auto& authority = std::get<HostAndPort>(parsed);
    url.host = std::move(authority.host);
    url.ipv6 = authority.ipv6;
    url.port = authority.port.value_or(80);
    return url;
}

}  // namespace laminar
