#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "runtime/database/database.h"
#include "server/http/rules/server_settings.h"

namespace laminar::http {

/// Speaks HTTP/1.1 over a database: queries, subscriptions, the catalog, what is going on. One thread calls it. The
/// database must outlive it.
class Server {
public:
    /// Reads users and certificates and takes the address; clients wait until serve. Blocks for the look-up of a host's
    /// name. Throws std::runtime_error, which says what is wrong.
    Server(Database& database, const ServerSettings& settings);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Lets clients in, from now on.
    void serve();
    /// Reads users and certificates anew, for those who come from now on. Throws std::runtime_error; then everything
    /// stays as it was.
    void reload();

    /// The one that it listens on.
    [[nodiscard]] std::uint16_t port() const noexcept;

    /// Nobody comes in any more; statements are cancelled, and whoever waits for one is told. Blocks; false when some
    /// had to be cut off after the deadline.
    bool shut_down(std::chrono::milliseconds deadline);

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace laminar::http
