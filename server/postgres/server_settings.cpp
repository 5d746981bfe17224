#include "server/postgres/server_settings.h"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "parser/text/ascii.h"

namespace laminar::postgres {

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

bool is_loopback(const std::string& host) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return error ? equals_ignoring_case(host, "localhost") : address.is_loopback();
}

std::string problem_of(const ServerSettings& settings) {
    if (settings.certificate.empty() != settings.private_key.empty()) return "TLS needs both, --tls-cert and --tls-key";
    if (is_loopback(settings.address.host)) return {};
    const std::string where =
        fmt::format("--postgres {}:{} is open to the network: ", settings.address.host, settings.address.port);
    if (settings.users_file.empty())
        return where + "it needs passwords (--users FILE; laminar hash-password makes a line of it)";
    if (settings.certificate.empty() && !settings.insecure)
        return where + "it needs TLS (--tls-cert and --tls-key), or --insecure where the network is trusted";
    return {};
}

}  // namespace laminar::postgres
