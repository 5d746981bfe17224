#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "runtime/database/database.h"
#include "server/http/rules/server_settings.h"
#include "server/http/server.h"
#include "server/postgres/server.h"
#include "server/postgres/server_settings.h"

namespace laminar {

/// By what others may use the catalog of a command, if they may.
struct ServingOptions {
    std::optional<postgres::ServerSettings> postgres;
    std::optional<http::ServerSettings> http;

    [[nodiscard]] bool any() const noexcept { return postgres || http; }
    /// Why the addresses cannot be opened so; empty: they can.
    [[nodiscard]] std::string problem() const;
};

/// The servers over a database, which must outlive them. One thread.
class Servers {
public:
    /// Takes the addresses; clients wait until serve. Throws std::runtime_error, which says what is wrong.
    Servers(Database& database, const ServingOptions& options);
    Servers(const Servers&) = delete;
    Servers& operator=(const Servers&) = delete;

    void serve();
    /// Users and certificates anew. Throws std::runtime_error: those of the server that it is about, and of those
    /// behind it, stay as they were.
    void reload();
    [[nodiscard]] bool any() const noexcept { return postgres_ || http_; }

    /// Ends them, within the time; what is left of it. cut_off: is set to true when sessions had to be cut off.
    std::chrono::milliseconds shut_down(std::chrono::milliseconds time, bool& cut_off);

private:
    template <class Do>
    void for_each(Do what) {
        if (postgres_) what(*postgres_);
        if (http_) what(*http_);
    }

    std::optional<postgres::Server> postgres_;
    std::optional<http::Server> http_;
};

}  // namespace laminar
