#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace laminar::postgres {

struct ListenAddress {
    std::string host;        ///< A name or an address, without brackets.
    std::uint16_t port = 0;  ///< 0: the system chooses.
};

/// HOST:PORT, [::1]:PORT. Nothing: it is neither.
[[nodiscard]] std::optional<ListenAddress> parse_listen_address(std::string_view text);

struct ServerSettings {
    ListenAddress address{"127.0.0.1", 5433};
    std::string users_file;   ///< Empty: whoever comes is let in (trust).
    std::string certificate;  ///< Of TLS; a path of a PEM file, as the next. Empty: there is none.
    std::string private_key;
    bool insecure = false;  ///< Passwords and rows may cross a network without TLS.
    std::size_t max_connections = 100;
    std::chrono::milliseconds authentication_timeout{10'000};
    std::size_t max_message_bytes = 16u << 20;
    /// How long a result waits for a client that takes nothing of it.
    std::chrono::milliseconds write_timeout{60'000};
};

/// This machine alone reaches it.
[[nodiscard]] bool is_loopback(const std::string& host);

/// Why settings are refused: a certificate without a key, or an interface other than loopback without passwords and
/// TLS. Empty: they are not.
[[nodiscard]] std::string problem_of(const ServerSettings& settings);

}  // namespace laminar::postgres
