#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "runtime/database/database.h"
#include "server/postgres/server_settings.h"

namespace laminar::postgres {

/// Speaks the PostgreSQL protocol (version 3.0) over a database: each client has a session with a thread. What clients
/// create stays when they go. One thread calls it. The database must outlive it.
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

    /// Nobody comes in any more; statements are cancelled, and sessions end with an error (57P01). Blocks; false when
    /// some had to be cut off after the deadline.
    bool shut_down(std::chrono::milliseconds deadline);

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace laminar::postgres
