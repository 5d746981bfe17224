#pragma once

#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "catalog/threads/mutex.h"
#include "server/login/users_file.h"

namespace laminar {

struct ListenAddress {
    std::string host;        ///< A name or an address, without brackets.
    std::uint16_t port = 0;  ///< 0: the system chooses.
};

/// HOST:PORT, [::1]:PORT. Nothing: it is neither.
[[nodiscard]] std::optional<ListenAddress> parse_listen_address(std::string_view text);

/// This machine alone reaches what listens there.
[[nodiscard]] bool is_loopback_address(const std::string& host);

/// Who may come to a server, and how, as the command line says it.
struct AccessSettings {
    std::string users_file;   ///< Empty: whoever comes is let in (trust).
    std::string certificate;  ///< Of TLS; a path of a PEM file, as the next. Empty: there is none.
    std::string private_key;
    bool insecure = false;  ///< Passwords and rows may cross a network without TLS.
};

/// Why settings are refused: a certificate without a key, or an interface other than loopback without users and TLS.
/// option: what the address was given by, "--postgres". Empty: they are not.
[[nodiscard]] std::string problem_of(const AccessSettings& settings, const ListenAddress& address,
                                     std::string_view option);

/// What decides who comes in. Immutable.
struct AccessRules {
    std::shared_ptr<boost::asio::ssl::context> tls;  ///< Null: there is none.
    bool needs_tls = false;
    std::optional<Users> users;  ///< Nothing: whoever comes is let in.
};

/// Reads users and certificates. before: the rules that hold now; null at the start. Throws std::runtime_error, which
/// says what is wrong.
[[nodiscard]] AccessRules read_access_rules(const AccessSettings& settings, const ListenAddress& address,
                                            std::string_view option, const AccessRules* before);

/// The rules for those who come from now on. Thread-safe.
class CurrentAccess {
public:
    explicit CurrentAccess(AccessRules rules) : rules_(std::make_shared<const AccessRules>(std::move(rules))) {}

    [[nodiscard]] std::shared_ptr<const AccessRules> get() const {
        const MutexLock lock(mutex_);
        return rules_;
    }
    void set(AccessRules rules) {
        auto next = std::make_shared<const AccessRules>(std::move(rules));
        const MutexLock lock(mutex_);
        rules_ = std::move(next);
    }

private:
    mutable Mutex mutex_;
    std::shared_ptr<const AccessRules> rules_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
