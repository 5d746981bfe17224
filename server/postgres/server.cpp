#include "server/postgres/server.h"

#include <spdlog/spdlog.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <utility>

#include "connectors/net/name_resolution.h"
#include "connectors/net/pending_handshakes.h"
#include "server/postgres/client_connection.h"
#include "server/session/listener.h"

namespace laminar::postgres {

namespace net = boost::asio;
using net::ip::tcp;

namespace {

/// Connections that have not logged in; when more come, others give way.
constexpr std::size_t most_pending = 256;

/// before: those that hold now; null at the start.
AccessRules access_rules(const ServerSettings& settings, const AccessRules* before) {
    return read_access_rules(settings.access, settings.address, address_option, before);
}

}  // namespace

class Server::Implementation {
public:
    Implementation(Database& database, const ServerSettings& settings)
        : Implementation(database, settings, access_rules(settings, nullptr)) {}

    Implementation(Database& database, const ServerSettings& settings, AccessRules rules)
        : listener_("postgres", settings.address),
          context_{.database = database,
                   .settings = settings,
                   .rules = CurrentAccess(std::move(rules)),
                   .clients = ClientDirectory(settings.max_connections),
                   .catalog = PostgresCatalog(database),
                   .tasks = listener_.coroutines(),
                   .refusals = {}},
          pending_(most_pending) {}

    ~Implementation() { (void)shut_down(std::chrono::milliseconds(0)); }

    void serve() {
        const std::shared_ptr<const AccessRules> rules = context_.rules.get();
        const bool trusts = !rules->users;
        spdlog::info("postgres: listening on {}{}{}", address_text(listener_.endpoint()), rules->tls ? " with TLS" : "",
                     trusts ? "; trust: every program of this machine may log in without a password (--users FILE asks "
                              "for one)"
                            : "");
        listener_.serve(
            [this](tcp::socket socket, const net::any_io_executor& strand) { welcome(std::move(socket), strand); });
    }

    void reload() {
        const std::shared_ptr<const AccessRules> before = context_.rules.get();
        context_.rules.set(access_rules(context_.settings, before.get()));
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return listener_.endpoint().port(); }

    bool shut_down(std::chrono::milliseconds deadline) { return listener_.shut_down(deadline); }

private:
    void welcome(tcp::socket socket, const net::any_io_executor& strand) {
        const std::optional<tcp::endpoint> remote = prepare_client_socket(socket);
        if (!remote) return;
        const auto connection =
            std::make_shared<ClientConnection>(std::move(socket), strand, context_, address_text(*remote));
        const std::uint64_t number =
            pending_.add(remote->address().to_string(), [weak = std::weak_ptr(connection), strand] {
                net::post(strand, [weak] {
                    if (const auto late = weak.lock()) late->give_way();
                });
            });
        context_.tasks.spawn(strand, host(connection, number),
                             [connection](TaskGroup::Stop how) { connection->stop(how); });
    }

    net::awaitable<void> host(std::shared_ptr<ClientConnection> connection, std::uint64_t number) {
        std::function<bool()> logged_in = [this, number] { return pending_.remove(number); };
        co_await connection->run(std::move(logged_in));
    }

    Listener listener_;  ///< Its coroutines have ended before what follows goes.
    ServerContext context_;
    PendingHandshakes pending_;
};

Server::Server(Database& database, const ServerSettings& settings)
    : implementation_(std::make_unique<Implementation>(database, settings)) {}

Server::~Server() = default;

void Server::serve() { implementation_->serve(); }

void Server::reload() { implementation_->reload(); }

std::uint16_t Server::port() const noexcept { return implementation_->port(); }

bool Server::shut_down(std::chrono::milliseconds deadline) { return implementation_->shut_down(deadline); }

}  // namespace laminar::postgres
