#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "connectors/delivery/log_limit.h"
#include "connectors/net/strand_event.h"
#include "connectors/net/task_group.h"
#include "runtime/database/database.h"
#include "server/login/access.h"
#include "server/postgres/catalog/postgres_catalog.h"
#include "server/postgres/client_directory.h"
#include "server/postgres/login.h"
#include "server/postgres/server_settings.h"
#include "server/postgres/session/client_channel.h"
#include "server/postgres/session/client_session.h"
#include "server/session/transport.h"

namespace laminar::postgres {

/// What connections of a server share. Outlives them.
struct ServerContext {
    Database& database;
    const ServerSettings settings;
    CurrentAccess rules;
    ClientDirectory clients;
    PostgresCatalog catalog;
    TaskGroup& tasks;
    LogLimit refusals;  ///< Whoever reaches the port can be refused as often as it likes.
};

/// One client, from its TCP connection to its end: it logs in, then its session gets a thread, and this moves bytes
/// between the socket and the session's channel. Lives on a strand of its own.
class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
public:
    ClientConnection(boost::asio::ip::tcp::socket socket, const boost::asio::any_io_executor& strand,
                     ServerContext& context, std::string remote_address);
    ClientConnection(const ClientConnection&) = delete;
    ClientConnection& operator=(const ClientConnection&) = delete;
    ~ClientConnection();

    /// Until it has ended. logged_in: called once, when it is no longer one of those who have not.
    boost::asio::awaitable<void> run(std::function<bool()> logged_in);

    /// graceful: the session ends with an error to the client, once its statement has been cancelled.
    void stop(TaskGroup::Stop how);
    /// Before it has logged in: others came.
    void give_way();

private:
    boost::asio::awaitable<bool> log_in();
    boost::asio::awaitable<void> refuse(const ErrorMessage& error);
    void start_session();
    boost::asio::awaitable<void> receive(std::shared_ptr<ClientConnection> self);
    boost::asio::awaitable<bool> receive_message();
    boost::asio::awaitable<void> send();
    boost::asio::awaitable<void> serve();
    boost::asio::awaitable<void> end_session();
    boost::asio::awaitable<void> cancel_until_finished(std::shared_ptr<ClientConnection> self);
    void set_deadline(std::chrono::milliseconds after, std::uint64_t statement);
    void give_up();
    void log_refusal(const std::string& reason);

    const boost::asio::any_io_executor strand_;
    ServerContext& context_;
    const std::string remote_address_;
    Transport transport_;
    Login login_;
    ClientChannel channel_;
    boost::asio::steady_timer statement_timer_;
    StrandEvent received_all_;
    std::optional<SessionParameters> parameters_;  ///< Until it has a session.
    CancelKey key_;
    std::shared_ptr<ClientSession> session_;
    std::thread thread_;         ///< Of the session.
    bool is_receiving_ = false;  ///< receive has been begun.
    bool has_received_all_ = false;
    bool is_stopped_ = false;
    bool has_place_ = false;
};

}  // namespace laminar::postgres
