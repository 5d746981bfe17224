#pragma once

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/net/pending_handshakes.h"
#include "connectors/net/server_address.h"
#include "connectors/net/strand_event.h"
#include "connectors/net/task_group.h"
#include "connectors/websocket/options/facts.h"
#include "connectors/websocket/server/client_directory.h"
#include "connectors/websocket/server/handshake_admission.h"
#include "connectors/websocket/session/peer_session.h"
#include "connectors/websocket/session/websocket_connection.h"

namespace laminar {

/// What make_websocket_server makes. Its members are defined by what they are about: opening, sending and closing in
/// server.cpp, its address in server_listening.cpp, and those who come in server_visits.cpp.
class WebSocketServer final : public WebSocketConnection {
public:
    WebSocketServer(std::string name, std::shared_ptr<const WebSocketOptions> options, const ConnectionContext& context)
        : WebSocketConnection(std::move(name), std::move(options), context),
          clients_(*options_),
          pending_(most_pending_handshakes),
          admission_(*options_, journal_, clients_),
          address_(strand_),
          closed_event_(strand_),
          retry_event_(strand_),
          tasks_([this](const std::string& what) { bring_down("internal error: " + what); }) {
        journal_.set_endpoint(fmt::format("{}:{}{}", options_->host, options_->port, fmt::join(options_->path, ", ")));
    }

    ~WebSocketServer() override {
        stopping_.store(true);
        tasks_.stop(TaskGroup::Stop::terminal);
        tasks_.wait_empty();
    }

    void open() override {
        if (opened_.exchange(true)) return;
        stopping_.store(false);
        tasks_.spawn(strand_, listen(), [this](TaskGroup::Stop) { address_.give_up(); });
    }

    void make_ready(std::function<void(Readiness)> done) override {
        tasks_.spawn(strand_, report_readiness(std::move(done)), [this](TaskGroup::Stop) { address_.give_up(); });
    }

    void give_up_address(std::function<void(bool)> done) override {
        tasks_.spawn(strand_, stop_listening(std::move(done)), {});
    }

    void take_address_back(std::function<void(std::string)> done) override {
        tasks_.spawn(strand_, listen_again(std::move(done)), [this](TaskGroup::Stop) { address_.give_up(); });
    }

    void close(std::chrono::milliseconds deadline, std::function<void()> done) override {
        stopping_.store(true);
        tasks_.spawn(strand_, close_within(deadline, std::move(done)),
                     [this](TaskGroup::Stop) { closed_event_.notify(); });
    }

    SendOutcome send(OutgoingMessage message) override;

    [[nodiscard]] UnsentMessages unsent() const override {
        UnsentMessages unsent = clients_.unsent();
        unsent.waiting += inputs_.acknowledgements_due();
        return unsent;
    }

    [[nodiscard]] ConnectionStatus status() const override {
        ConnectionStatus status = WebSocketConnection::status();
        const std::size_t clients = clients_.size();
        status.details.resize(WebSocketDetail::count);
        if (port() != 0) status.details[WebSocketDetail::port] = std::int64_t{port()};
        status.details[WebSocketDetail::clients] = static_cast<std::int64_t>(clients);
        if (status.state == ConnectionState::listening)
            status.note = fmt::format("{} client{}", clients, clients == 1 ? "" : "s");
        return status;
    }

    [[nodiscard]] std::uint16_t port() const override { return port_.load(); }

    [[nodiscard]] std::vector<std::vector<FactValue>> system_rows(std::string_view table) const override {
        return table == "websocket_clients" ? clients_.rows() : std::vector<std::vector<FactValue>>();
    }

    void test(std::chrono::milliseconds /*timeout*/,
              std::function<void(std::vector<ConnectionTestStep>)> done) override {
        tasks_.spawn(strand_, run_test(std::move(done)), {});
    }

private:
    /// Connections that have not shaken hands yet, beyond max_connections: enough to tell them that there is no room.
    static constexpr std::size_t most_pending_handshakes = 256;

    boost::asio::awaitable<void> listen();
    boost::asio::awaitable<bool> get_ready(OptionProblem& problem);
    boost::asio::awaitable<void> report_readiness(std::function<void(Readiness)> done);
    boost::asio::awaitable<void> stop_listening(std::function<void(bool)> done);
    boost::asio::awaitable<void> listen_again(std::function<void(std::string)> done);
    boost::asio::awaitable<void> accept_clients();
    void welcome(boost::asio::ip::tcp::socket socket, const boost::asio::any_io_executor& strand);
    boost::asio::awaitable<void> receive(std::shared_ptr<Visit> visit);
    boost::asio::awaitable<void> host(Visit& visit);
    boost::asio::awaitable<void> serve(Visit& visit);
    void break_off(const Visit& visit, const std::string& reason);
    static void give_way(Visit& visit);
    void stop_visit(Visit& visit, TaskGroup::Stop how);
    boost::asio::awaitable<void> close_within(std::chrono::milliseconds deadline, std::function<void()> done);
    boost::asio::awaitable<void> run_test(std::function<void(std::vector<ConnectionTestStep>)> done);
    void bring_down(std::string reason) override {
        if (!failed_.exchange(true)) tasks_.spawn(strand_, fail_connection(std::move(reason)), {});
    }
    boost::asio::awaitable<void> fail_connection(std::string reason);
    void report_gap(const ServerClient& client, const SessionEnding& ending);
    void look_again_soon();
    boost::asio::awaitable<void> tell_senders_to_try();
    void fail(const std::string& event, const std::string& problem);

    ClientDirectory clients_;
    PendingHandshakes pending_;
    HandshakeAdmission admission_;
    std::atomic<bool> opened_{false};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> failed_{false};
    std::atomic<std::uint16_t> port_{0};
    std::atomic<std::size_t> visits_{0};
    std::atomic<bool> retry_planned_{false};
    // On the strand:
    ServerAddress address_;
    StrandEvent closed_event_;  ///< A client has gone, or nobody is accepted any more.
    StrandEvent retry_event_;   ///< Ends the wait of senders early.
    bool is_ready_ = false;     ///< Secrets, certificates and the address are there, and it is not open yet.
    bool listening_ = false;
    TaskGroup tasks_;  ///< Last: its children refer to everything above.
};

}  // namespace laminar
