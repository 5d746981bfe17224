#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace laminar {

/// Which proxy the environment asks for, by the conventions of curl and others: HTTPS_PROXY for connections with TLS,
/// HTTP_PROXY for others, each also in lower case, which has precedence; NO_PROXY names hosts to be reached without
/// one. Hosts on this machine (localhost, 127.0.0.0/8, ::1) never go through such a proxy.
struct ProxyEnvironment {
    using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

    /// A proxy's URL and the variable that named it.
    struct Choice {
        std::string url;
        std::string variable;
    };
    /// host: a name, or an address without brackets.
    [[nodiscard]] static std::optional<Choice> choose(bool secure, std::string_view host, std::uint16_t port,
                                                      const Lookup& lookup);
    /// The variables of this process.
    [[nodiscard]] static std::optional<std::string> process_variable(const std::string& name);
};

/// Whether a NO_PROXY list excludes a host: entries separated by commas, each "*", a host or domain (which excludes
/// what is below it, too; a leading dot or "*." changes nothing), an address, a network as ADDRESS/BITS, any but the
/// last with :port.
[[nodiscard]] bool is_excluded_from_proxy(std::string_view no_proxy, std::string_view host, std::uint16_t port);

}  // namespace laminar
