#include "server/postgres/server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <functional>
#include <stdexcept>
#include <utility>

#include "connectors/net/io_runtime.h"
#include "connectors/net/name_resolution.h"
#include "connectors/net/pending_handshakes.h"
#include "connectors/net/server_address.h"
#include "connectors/net/task_group.h"
#include "connectors/net/tls_context.h"
#include "server/postgres/client_connection.h"

namespace laminar::postgres {

namespace net = boost::asio;
using net::ip::tcp;

namespace {

constexpr std::chrono::milliseconds time_to_resolve{10'000};
/// Connections that have not logged in; when more come, others give way.
constexpr std::size_t most_pending = 256;

/// before: those that hold now; null at the start.
LoginRules login_rules(const ServerSettings& settings, const LoginRules* before) {
    if (const std::string problem = problem_of(settings); !problem.empty()) throw std::runtime_error(problem);
    LoginRules rules;
    if (!settings.users_file.empty()) rules.users = Users::read(settings.users_file);
    if (rules.users && before && before->users) rules.users->disguise_as(*before->users);
    if (!settings.certificate.empty())
        rules.tls = make_server_tls_context(
            {.certificate = settings.certificate, .private_key = settings.private_key, .client_authority = {}});
    rules.needs_tls = !is_loopback(settings.address.host) && !settings.insecure;
    return rules;
}

}  // namespace

class Server::Implementation {
public:
    Implementation(Database& database, const ServerSettings& settings)
        : context_{.database = database,
                   .settings = settings,
                   .rules = CurrentRules(login_rules(settings, nullptr)),
                   .clients = ClientDirectory(settings.max_connections),
                   .catalog = PostgresCatalog(database),
                   .tasks = tasks_,
                   .refusals = {}},
          io_(1, [](std::string_view what) { spdlog::error("postgres: internal error: {}", what); }),
          strand_(net::make_strand(io_.context())),
          address_(strand_),
          pending_(most_pending),
          tasks_([](const std::string& what) { spdlog::error("postgres: internal error: {}", what); }) {
        const ListenAddress& wanted = settings.address;
        const bool taken =
            net::co_spawn(strand_, address_.take(wanted.host, wanted.port, time_to_resolve), net::use_future).get();
        if (!taken) throw std::runtime_error("postgres: " + address_.problem());
        port_ = address_.endpoint().port();
    }

    ~Implementation() { (void)shut_down(std::chrono::milliseconds(0)); }

    void serve() {
        const std::shared_ptr<const LoginRules> rules = context_.rules.get();
        const bool trusts = !rules->users;
        spdlog::info("postgres: listening on {}{}{}", address_text(address_.endpoint()), rules->tls ? " with TLS" : "",
                     trusts ? "; trust: every program of this machine may log in without a password (--users FILE asks "
                              "for one)"
                            : "");
        tasks_.spawn(
            strand_,
            address_.accept_all(
                io_.context(),
                [this](tcp::socket socket, const net::any_io_executor& strand) { welcome(std::move(socket), strand); },
                [](const std::string& problem) { spdlog::error("postgres: {}", problem); }),
            [this](TaskGroup::Stop) { address_.give_up(); });
    }

    void reload() {
        const std::shared_ptr<const LoginRules> before = context_.rules.get();
        context_.rules.set(login_rules(context_.settings, before.get()));
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    bool shut_down(std::chrono::milliseconds deadline) {
        tasks_.stop(TaskGroup::Stop::graceful);
        const bool complete = tasks_.wait_empty(deadline);
        if (!complete) tasks_.stop(TaskGroup::Stop::terminal);
        tasks_.wait_empty();
        return complete;
    }

private:
    void welcome(tcp::socket socket, const net::any_io_executor& strand) {
        boost::system::error_code error;
        const tcp::endpoint remote = socket.remote_endpoint(error);
        if (error) return;  // Gone already.
        socket.set_option(tcp::no_delay(true), error);
        // A peer that has vanished is found out in minutes rather than hours.
        socket.set_option(net::socket_base::keep_alive(true), error);
        const int idle_seconds = 60;
        (void)setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
        const auto connection =
            std::make_shared<ClientConnection>(std::move(socket), strand, context_, address_text(remote));
        const std::uint64_t number =
            pending_.add(remote.address().to_string(), [weak = std::weak_ptr(connection), strand] {
                net::post(strand, [weak] {
                    if (const auto late = weak.lock()) late->give_way();
                });
            });
        tasks_.spawn(strand, host(connection, number), [connection](TaskGroup::Stop how) { connection->stop(how); });
    }

    net::awaitable<void> host(std::shared_ptr<ClientConnection> connection, std::uint64_t number) {
        std::function<bool()> logged_in = [this, number] { return pending_.remove(number); };
        co_await connection->run(std::move(logged_in));
    }

    ServerContext context_;
    IoRuntime io_;
    const net::any_io_executor strand_;
    ServerAddress address_;
    PendingHandshakes pending_;
    TaskGroup tasks_;  ///< Last: its children refer to everything above.
    std::uint16_t port_ = 0;
};

Server::Server(Database& database, const ServerSettings& settings)
    : implementation_(std::make_unique<Implementation>(database, settings)) {}

Server::~Server() = default;

void Server::serve() { implementation_->serve(); }

void Server::reload() { implementation_->reload(); }

std::uint16_t Server::port() const noexcept { return implementation_->port(); }

bool Server::shut_down(std::chrono::milliseconds deadline) { return implementation_->shut_down(deadline); }

}  // namespace laminar::postgres
