#include "connectors/net/proxy_environment.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <cstdlib>

#include "parser/text/ascii.h"

namespace laminar {

namespace ip = boost::asio::ip;

namespace {

std::optional<ip::address> parse_address(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
    boost::system::error_code error;
    ip::address address = ip::make_address(std::string(text), error);
    if (error) return std::nullopt;
    return address;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_in_network(const ip::address& address, std::string_view network) {
    boost::system::error_code error;
    if (address.is_v4()) {
        const ip::network_v4 range = ip::make_network_v4(std::string(network), error).canonical();
        return !error && range.network() == ip::network_v4(address.to_v4(), range.prefix_length()).network();
    }
    const ip::network_v6 range = ip::make_network_v6(std::string(network), error).canonical();
    return !error && range.network() == ip::network_v6(address.to_v6(), range.prefix_length()).network();
}

/// The entry without its port; nothing when it has another port than this.
std::optional<std::string_view> without_port(std::string_view entry, std::uint16_t port) {
    const std::size_t colon = entry.rfind(':');
    if (colon == std::string_view::npos || entry.ends_with(']')) return entry;
    if (entry.find(':') != colon && entry.front() != '[') return entry;  // An IPv6 address.
    if (entry.substr(colon + 1) != std::to_string(port)) return std::nullopt;
    return entry.substr(0, colon);
}

bool is_below(std::string_view host, std::string_view domain) {
    if (domain.starts_with("*.")) domain.remove_prefix(1);
    if (domain.starts_with('.')) domain.remove_prefix(1);
    if (domain.empty() || host.size() < domain.size()) return false;
    const std::size_t start = host.size() - domain.size();
    return equals_ignoring_case(host.substr(start), domain) && (start == 0 || host[start - 1] == '.');
}

bool is_this_machine(std::string_view host) {
    if (is_below(host, "localhost")) return true;
    const std::optional<ip::address> address = parse_address(host);
    return address && address->is_loopback();
}

}  // namespace

bool is_excluded_from_proxy(std::string_view no_proxy, std::string_view host, std::uint16_t port) {
    const std::optional<ip::address> address = parse_address(host);
    while (!no_proxy.empty()) {
        const std::size_t comma = no_proxy.find(',');
        const std::string_view entry = trimmed(no_proxy.substr(0, comma));
        no_proxy.remove_prefix(comma == std::string_view::npos ? no_proxy.size() : comma + 1);
        if (entry.empty()) continue;
        if (entry == "*") return true;
        if (entry.find('/') != std::string_view::npos) {
            if (address && is_in_network(*address, entry)) return true;
            continue;
        }
        const std::optional<std::string_view> name = without_port(entry, port);
        if (!name) continue;
        if (address ? parse_address(*name) == address : is_below(host, *name)) return true;
    }
    return false;
}

std::optional<ProxyEnvironment::Choice> ProxyEnvironment::choose(bool secure, std::string_view host, std::uint16_t port,
                                                                 const Lookup& lookup) {
    if (is_this_machine(host)) return std::nullopt;
    const auto either = [&lookup](const std::string& lower, const std::string& upper) -> std::optional<Choice> {
        for (const std::string& name : {lower, upper}) {
            std::optional<std::string> value = lookup(name);
            if (value && !value->empty()) return Choice{*std::move(value), name};
        }
        return std::nullopt;
    };
    std::optional<Choice> choice = secure ? either("https_proxy", "HTTPS_PROXY") : either("http_proxy", "HTTP_PROXY");
    if (!choice) return std::nullopt;
    const std::optional<Choice> exceptions = either("no_proxy", "NO_PROXY");
    if (exceptions && is_excluded_from_proxy(exceptions->url, host, port)) return std::nullopt;
    return choice;
}

std::optional<std::string> ProxyEnvironment::process_variable(const std::string& name) {
    // Nothing in this program changes its environment.
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (!value) return std::nullopt;
    return value;
}

}  // namespace laminar
