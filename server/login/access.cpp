#include "server/login/access.h"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <stdexcept>

#include "connectors/net/tls_context.h"
#include "parser/text/ascii.h"

namespace laminar {

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    if (host.front() == '[') {
        if (host.size() < 3 || host.back() != ']') return std::nullopt;
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;
    }
    ListenAddress address{std::string(host), 0};
    const char* const end = text.data() + text.size();
    const auto number = std::from_chars(text.data() + colon + 1, end, address.port);
    if (number.ec != std::errc() || number.ptr != end) return std::nullopt;
    return address;
}

bool is_loopback_address(const std::string& host) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return error ? equals_ignoring_case(host, "localhost") : address.is_loopback();
}

std::string problem_of(const AccessSettings& settings, const ListenAddress& address, std::string_view option) {
    if (settings.certificate.empty() != settings.private_key.empty()) return "TLS needs both, --tls-cert and --tls-key";
    if (is_loopback_address(address.host)) return {};
    const std::string where = fmt::format("{} {}:{} is open to the network: ", option, address.host, address.port);
    if (settings.users_file.empty())
        return where + "it needs passwords (--users FILE; laminar hash-password makes a line of it)";
    if (settings.certificate.empty() && !settings.insecure)
        return where + "it needs TLS (--tls-cert and --tls-key), or --insecure where the network is trusted";
    return {};
}

AccessRules read_access_rules(const AccessSettings& settings, const ListenAddress& address, std::string_view option,
                              const AccessRules* before) {
    if (const std::string problem = problem_of(settings, address, option); !problem.empty())
        throw std::runtime_error(problem);
    AccessRules rules;
    if (!settings.users_file.empty()) rules.users = Users::read(settings.users_file);
    if (rules.users && before && before->users) rules.users->disguise_as(*before->users);
    if (!settings.certificate.empty())
        rules.tls = make_server_tls_context(
            {.certificate = settings.certificate, .private_key = settings.private_key, .client_authority = {}});
    rules.needs_tls = !is_loopback_address(address.host) && !settings.insecure;
    return rules;
}

}  // namespace laminar
