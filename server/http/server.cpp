#include "server/http/server.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "connectors/net/name_resolution.h"
#include "server/http/client_connection.h"
#include "server/http/server_context.h"
#include "server/session/listener.h"

namespace laminar::http {

namespace net = boost::asio;
using net::ip::tcp;

namespace {

/// Connections for which nothing goes on; when more come, others give way.
constexpr std::size_t most_waiting = 500;
/// Requests for the catalog, checks and the like, at a time.
constexpr std::size_t most_others = 16;
/// Messages of webhooks, each of up to webhook_max_bytes, that have not been read to their end.
constexpr std::size_t most_unproven = 64;
/// Sessions that wait for the next request.
constexpr std::size_t kept_sessions = 4;
/// How far a subscriber may fall behind before rows are left out.
constexpr std::size_t stream_bytes = 4 << 20;

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
        : listener_("http", settings.address),
          context_{.settings = settings,
                   .tasks = {database, context_.settings},
                   .access = CurrentAccess(std::move(rules)),
                   .threads = SessionThreads(database,
                                             Session::Settings{.slow_reader = SlowReader::loses_rows,
                                                               .queue_bytes = stream_bytes,
                                                               .prints_pipelines = false},
                                             kept_sessions),
                   .subscriptions = WorkLimit(settings.max_subscriptions),
                   .others = WorkLimit(most_others),
                   .unproven = PendingHandshakes(most_unproven),
                   .waiting = PendingHandshakes(most_waiting),
                   .coroutines = listener_.coroutines(),
                   .refusals = {}} {}

    ~Implementation() { (void)shut_down(std::chrono::milliseconds(0)); }

    void serve() {
        const std::shared_ptr<const AccessRules> rules = context_.access.get();
        spdlog::info("http: listening on http{}://{}/{}", rules->tls ? "s" : "", address_text(listener_.endpoint()),
                     rules->users ? ""
                                  : "; trust: every program of this machine may do everything without a token "
                                    "(--users FILE asks for one)");
        listener_.serve(
            [this](tcp::socket socket, const net::any_io_executor& strand) { welcome(std::move(socket), strand); });
    }

    void reload() {
        const std::shared_ptr<const AccessRules> before = context_.access.get();
        context_.access.set(access_rules(context_.settings, before.get()));
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return listener_.endpoint().port(); }

    bool shut_down(std::chrono::milliseconds deadline) { return listener_.shut_down(deadline); }

private:
    void welcome(tcp::socket socket, const net::any_io_executor& strand) {
        const std::optional<tcp::endpoint> remote = prepare_client_socket(socket);
        if (!remote) return;
        const auto connection = std::make_shared<ClientConnection>(
            std::move(socket), strand, context_, remote->address().to_string(), address_text(*remote));
        context_.coroutines.spawn(strand, host(connection),
                                  [connection](TaskGroup::Stop how) { connection->stop(how); });
    }

    static net::awaitable<void> host(std::shared_ptr<ClientConnection> connection) { co_await connection->run(); }

    Listener listener_;  ///< Its coroutines have ended before what follows goes.
    ServerContext context_;
};

Server::Server(Database& database, const ServerSettings& settings)
    : implementation_(std::make_unique<Implementation>(database, settings)) {}

Server::~Server() = default;

void Server::serve() { implementation_->serve(); }

void Server::reload() { implementation_->reload(); }

std::uint16_t Server::port() const noexcept { return implementation_->port(); }

bool Server::shut_down(std::chrono::milliseconds deadline) { return implementation_->shut_down(deadline); }

}  // namespace laminar::http
