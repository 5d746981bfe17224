#include "server/http/rules/admission.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <string_view>

#include "parser/text/ascii.h"

namespace laminar::http {

namespace {

/// Without its port; an IPv6 address without its brackets.
std::string host_of(std::string_view authority) {
    if (authority.starts_with('[')) return std::string(authority.substr(1, authority.find(']') - 1));
    return std::string(authority.substr(0, authority.find(':')));
}

bool is_address(const std::string& host) {
    boost::system::error_code error;
    (void)boost::asio::ip::make_address(host, error);
    return !error;
}

}  // namespace

std::optional<Error> check_origin(const Request& request, const std::string& own_host,
                                  const std::vector<std::string>& own_names) {
    const std::string_view authority = request.header("Host");
    const std::string host = host_of(authority);
    // Whoever makes a name lead here for a page of theirs cannot do so with an address.
    const bool is_own = host.empty() || is_address(host) || equals_ignoring_case(host, "localhost") ||
                        equals_ignoring_case(host, own_host) ||
                        std::any_of(own_names.begin(), own_names.end(),
                                    [&](const std::string& name) { return equals_ignoring_case(name, host); });
    if (!is_own)
        return Error{.status = 421,
                     .message = fmt::format("this server has no name \"{}\"", host),
                     .hint = "laminar serve --http-name gives it one"};
    const std::string_view origin = request.header("Origin");
    const std::string_view from = origin.substr(std::min(origin.find("://") + 3, origin.size()));
    const std::string_view site = request.header("Sec-Fetch-Site");
    // A link elsewhere may lead to a page of this server, but not make it do something.
    const bool is_foreign =
        origin.empty() ? request.path.starts_with("/api/") && (site == "cross-site" || site == "same-site")
                       : origin.find("://") == std::string_view::npos || !equals_ignoring_case(from, authority);
    if (is_foreign) return Error{.status = 403, .message = "pages of other origins may not use this server"};
    return std::nullopt;
}

std::optional<Caller> find_caller(const Request& request, const AccessRules& rules, bool takes_parameter) {
    if (!rules.users) return Caller{};
    std::string_view token;
    const std::string_view authorization = request.header("Authorization");
    const std::size_t space = authorization.find(' ');
    if (space != std::string_view::npos && equals_ignoring_case(authorization.substr(0, space), "Bearer"))
        token = authorization.substr(std::min(authorization.find_first_not_of(' ', space), authorization.size()));
    if (token.empty() && takes_parameter) {
        const auto parameter = request.parameters.find("access_token");
        if (parameter != request.parameters.end()) token = parameter->second;
    }
    if (token.empty()) return std::nullopt;
    const std::optional<Users::Identity> owner = rules.users->owner_of(token);
    if (!owner) return std::nullopt;
    return Caller{owner->name, owner->role};
}

}  // namespace laminar::http
