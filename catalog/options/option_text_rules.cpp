#include "catalog/options/option_text_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "catalog/options/code_ranges.h"
#include "catalog/options/json_path.h"
#include "catalog/options/path_parameter.h"
#include "catalog/options/secret_resolver.h"
#include "catalog/options/url.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

using Violation = std::optional<TextRuleViolation>;

/// RFC 9110 section 5.6.2.
bool is_token_character(char character) {
    return is_letter_or_digit(character) ||
           std::string_view("!#$%&'*+-.^_`|~").find(character) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

bool has_control_characters(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char character) {
        return static_cast<unsigned char>(character) < 0x20 || character == 0x7f;
    });
}

bool has_brace_of_its_own(std::string_view text) {
    for (std::size_t at = text.find_first_of("{}"); at != std::string_view::npos; at = text.find_first_of("{}", at)) {
        if (text[at] == '}' || at == 0 || text[at - 1] != '$') return true;
        at = std::min(text.find('}', at), text.size() - 1) + 1;
    }
    return false;
}

Violation violation(std::string message, std::string hint = {}) {
    TextRuleViolation result;
    result.message = std::move(message);
    result.hint = std::move(hint);
    return result;
}

Violation url_violation(UrlError error, std::string_view what) {
    TextRuleViolation result;
    result.code = DiagnosticCode::invalid_url;
    result.message = fmt::format("is not a valid {}: {}", what, error.message);
    result.hint = std::move(error.hint);
    result.offset = error.offset;
    result.length = error.length;
    return result;
}

Violation check_host(std::string_view text) {
    if (text.empty())
        return violation("must not be empty", "127.0.0.1 listens for this machine alone, 0.0.0.0 for all");
    if (text.find("://") != std::string_view::npos)
        return violation("must be a host name or address, not a URL", "leave out the scheme, port and path");
    const bool address_v6 = std::count(text.begin(), text.end(), ':') > 1;
    if (!address_v6 && text.find(':') != std::string_view::npos)
        return violation("must not contain a port", "give the port in the option \"port\"");
    const bool plain = std::all_of(text.begin(), text.end(), [](char character) {
        return is_letter_or_digit(character) || std::string_view(".-_:[]%").find(character) != std::string_view::npos;
    });
    if (!plain) return violation("must be a host name or address", "for example '127.0.0.1', '0.0.0.0' or '::1'");
    return std::nullopt;
}

/// Each part that has braces is a parameter as a whole. References to secrets, which have braces too, are checked
/// elsewhere.
Violation check_path_parameters(std::string_view text) {
    std::vector<std::string_view> names;
    for (std::size_t at = 1; at <= text.size();) {
        const std::size_t end = std::min(text.find('/', at), text.size());
        const std::string_view part = text.substr(at, end - at);
        const std::string_view name = path_parameter(part);
        std::optional<TextRuleViolation> found;
        if (name.empty() && has_brace_of_its_own(part))
            found = violation("has a brace that makes no parameter",
                              "a parameter is a part of the path: '/stations/{station}'; a brace itself is %7B or %7D");
        else if (!name.empty() && std::find(names.begin(), names.end(), name) != names.end())
            found = violation(fmt::format("has the parameter {} twice", part));
        if (found) {
            found->offset = at;
            found->length = part.size();
            return found;
        }
        if (!name.empty()) names.push_back(name);
        at = end + 1;
    }
    return std::nullopt;
}

Violation check_request_path(std::string_view text) {
    if (text.empty() || text.front() != '/')
        return violation("must start with \"/\"", fmt::format("write '/{}'", text));
    if (text.find_first_of("?#") != std::string_view::npos)
        return violation("must be a path alone, without query or fragment");
    if (text.find(' ') != std::string_view::npos || has_control_characters(text))
        return violation("must not contain spaces or control characters");
    return check_path_parameters(text);
}

Violation check_json_path(std::string_view text) {
    if (text.empty()) return violation("must not be empty", "for example '$.sequence' or 'data.sequence'");
    if (!parse_json_path(text))
        return violation("is not a path to a JSON field", "for example '$.data.sequence' or '$.items[0].id'");
    return std::nullopt;
}

Violation check_json_place(std::string_view text) {
    if (text.empty()) return violation("must not be empty", "for example '$.user.name', or '$' for all of it");
    if (!parse_json_place(text))
        return violation("is not a path to a JSON value", "for example '$.user.name', '$[1]', or '$' for all of it");
    return std::nullopt;
}

Violation check_rows_path(std::string_view text) {
    if (parse_rows_path(text)) return std::nullopt;
    return violation("is not a path to rows",
                     "'$.data[*]' for each element of data, '$[*]' of the message, or '$' for the message itself");
}

Violation check_time_format(std::string_view text) {
    constexpr std::string_view letters = "YymdeHIMSfpbBhaAjzZTFDRsnt%";
    bool has_part = false;
    for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 2)) {
        const char letter = at + 1 < text.size() ? text[at + 1] : '\0';
        if (letter == '\0' || letters.find(letter) == std::string_view::npos) {
            TextRuleViolation unknown;
            unknown.message = fmt::format("has no part \"{}\" of a time", text.substr(at, 2));
            unknown.hint =
                "%Y %m %d %H %M %S, %f for the fraction, %b and %a for names, %z for the offset, %s for seconds "
                "of the epoch; %% is a percent sign";
            unknown.offset = at;
            unknown.length = std::min<std::size_t>(2, text.size() - at);
            return unknown;
        }
        has_part = has_part || letter != '%';
    }
    if (!has_part) return violation("has no part of a time", "for example '%d.%m.%Y %H:%M:%S'");
    return std::nullopt;
}

/// Within JSON it stands nowhere else.
Violation check_separator(std::string_view text) {
    const bool is_one = text.size() == 1 && static_cast<unsigned char>(text.front()) < 0x20;
    if (is_one && std::string_view("\t\n\r").find(text.front()) == std::string_view::npos) return std::nullopt;
    return violation("must be one control character, which no JSON has", "for example E'\\x1e'");
}

Violation check_origin(std::string_view text) {
    if (text == "*" || text == "null") return std::nullopt;
    const std::size_t scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos || scheme_end == 0)
        return violation("must be an origin with its scheme", fmt::format("write 'https://{}'", text));
    if (text.find('/', scheme_end + 3) != std::string_view::npos)
        return violation("must be an origin, without a path", "browsers send scheme, host and port alone");
    return std::nullopt;
}

Violation check_pem_or_path(std::string_view text) {
    if (text.empty()) return violation("must not be empty", "give the path of a PEM file, or PEM text");
    if (text.starts_with("-----BEGIN") && text.find("-----END") == std::string_view::npos)
        return violation("is PEM text without its end line");
    return std::nullopt;
}

Violation check_credentials(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0)
        return violation("must be \"user:password\"",
                         "for example '${secret:basic_credentials}' or 'feed:${secret:feed_password}'");
    return std::nullopt;
}

Violation check_codes(std::string_view text, CodeRange allowed, std::string_view what) {
    const std::optional<CodeRange> range = parse_code_range(text);
    if (range && range->first >= allowed.first && range->last <= allowed.last) return std::nullopt;
    return violation(fmt::format("must list {} from {} to {}, not \"{}\"", what, allowed.first, allowed.last, text),
                     fmt::format("for example [{}, '{}-{}']", allowed.first, allowed.first + 1, allowed.last));
}

constexpr std::array<std::string_view, 6> handshake_headers{"connection",           "upgrade",
                                                            "sec-websocket-key",    "sec-websocket-version",
                                                            "sec-websocket-accept", "sec-websocket-extensions"};
/// They announce a body, which a handshake does not have, or that more is to be agreed on first.
constexpr std::array<std::string_view, 5> body_headers{"content-length", "transfer-encoding", "te", "trailer",
                                                       "expect"};

}  // namespace

std::optional<TextRuleViolation> check_text(TextRule rule, std::string_view text) {
    if (rule == TextRule::any || rule == TextRule::headers) return std::nullopt;
    if (rule == TextRule::websocket_url) {
        auto parsed = parse_websocket_url(text);
        if (auto* error = std::get_if<UrlError>(&parsed)) return url_violation(std::move(*error), "WebSocket URL");
        return std::nullopt;
    }
    if (!find_secret_references(text).empty()) return std::nullopt;
    switch (rule) {
        case TextRule::not_empty:
            if (text.empty()) return violation("must not be empty");
            return std::nullopt;
        case TextRule::proxy_url: {
            auto parsed = parse_proxy_url(text);
            if (auto* error = std::get_if<UrlError>(&parsed)) return url_violation(std::move(*error), "proxy URL");
            return std::nullopt;
        }
        case TextRule::host:
            return check_host(text);
        case TextRule::request_path:
            return check_request_path(text);
        case TextRule::token:
            if (!is_token(text))
                return violation("must be made of letters, digits and !#$%&'*+-.^_`|~", "for example 'v1.json'");
            return std::nullopt;
        case TextRule::json_path:
            return check_json_path(text);
        case TextRule::json_place:
            return check_json_place(text);
        case TextRule::rows_path:
            return check_rows_path(text);
        case TextRule::time_format:
            return check_time_format(text);
        case TextRule::separator:
            return check_separator(text);
        case TextRule::credentials:
            return check_credentials(text);
        case TextRule::origin:
            return check_origin(text);
        case TextRule::pem_or_path:
            return check_pem_or_path(text);
        case TextRule::close_codes:
            return check_codes(text, {1000, 4999}, "close codes");
        case TextRule::http_statuses:
            return check_codes(text, {200, 599}, "HTTP statuses");
        case TextRule::any:
        case TextRule::headers:
        case TextRule::websocket_url:
            break;
    }
    return std::nullopt;
}

std::optional<TextRuleViolation> check_entry(TextRule rule, std::string_view key, std::string_view value) {
    if (rule == TextRule::json_path) return check_json_path(key);
    if (rule != TextRule::headers) return std::nullopt;
    if (!is_token(key))
        return violation(fmt::format("has a key \"{}\", which is not a header name", key), "for example 'X-API-Key'");
    if (value.find_first_of("\r\n") != std::string_view::npos)
        return violation(fmt::format("has a line break in the value of \"{}\"", key));
    if (!is_header_value(value)) return violation(fmt::format("has a control character in the value of \"{}\"", key));
    if (equals_ignoring_case(key, "host") && find_secret_references(value).empty() &&
        (value.empty() || !is_host_header(value)))
        return violation(fmt::format("has a value of \"{}\" that names no host", key),
                         "a host with or without a port, for example 'example.com' or 'example.com:8443'");
    for (const std::string_view taken : handshake_headers) {
        if (equals_ignoring_case(key, taken))
            return violation(fmt::format("must not set \"{}\": the WebSocket handshake makes it itself", key),
                             taken == "sec-websocket-extensions" ? "use compression = 'deflate'" : "");
    }
    for (const std::string_view taken : body_headers) {
        if (equals_ignoring_case(key, taken))
            return violation(fmt::format("must not set \"{}\": a WebSocket handshake has no body", key));
    }
    if (equals_ignoring_case(key, "sec-websocket-protocol"))
        return violation("must not set \"Sec-WebSocket-Protocol\"", "use subprotocols = ['...']");
    return std::nullopt;
}

bool is_header_value(std::string_view value) noexcept {
    return std::none_of(value.begin(), value.end(), [](char character) {
        return (static_cast<unsigned char>(character) < 0x20 && character != '\t') || character == 0x7f;
    });
}

}  // namespace laminar
