#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "connectors/net/task_group.h"
#include "connectors/websocket/frames/message_stream.h"
#include "server/http/answers/request_task.h"
#include "server/http/answers/streamed_answer.h"
#include "server/http/messages/request_reader.h"
#include "server/http/router.h"
#include "server/http/rules/admission.h"
#include "server/http/rules/webhook_door.h"
#include "server/http/server_context.h"
#include "server/session/transport.h"

namespace laminar::http {

/// One connection of a client, from its beginning to its end: its requests one after the other, of which each is
/// answered here or by a task on a session's thread, or what a WebSocket makes of it. Lives on a strand of its own.
class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
public:
    ClientConnection(boost::asio::ip::tcp::socket socket, const boost::asio::any_io_executor& strand,
                     ServerContext& context, std::string ip, std::string remote_address);
    ClientConnection(const ClientConnection&) = delete;
    ClientConnection& operator=(const ClientConnection&) = delete;

    /// Until it has ended.
    boost::asio::awaitable<void> run();

    /// graceful: what is answered ends with an error to the client, once its statement has been cancelled.
    void stop(TaskGroup::Stop how);

private:
    /// A task with what it writes to. Both live until the task is done.
    struct Job {
        std::shared_ptr<RequestTask> task;
        std::shared_ptr<StreamedAnswer> answer;
        Work work = Work::other;
    };
    /// How a client wants its answer.
    struct Wants {
        bool takes_chunks = true;
        bool goes_on = true;  ///< With the connection.
    };

    boost::asio::awaitable<bool> start_tls();
    /// Requests until one is the last.
    boost::asio::awaitable<void> serve();
    /// Each returns whether the connection goes on.
    boost::asio::awaitable<bool> answer(Request request);
    /// Who may come in; the refusal of everybody else.
    [[nodiscard]] static std::variant<Caller, Error> admit(const Route& route, const Request& request,
                                                           std::optional<Caller> user,
                                                           const std::optional<WebhookDoor>& door);
    /// Its body, within the bounds of whoever it is from.
    boost::asio::awaitable<RequestReader::Body> read_body(const Request& request, const WebhookDoor* door);
    boost::asio::awaitable<bool> give(Answer answer, bool goes_on);
    boost::asio::awaitable<bool> refuse(Error error, bool goes_on);
    boost::asio::awaitable<bool> perform(const Route& route, Request request, Caller caller);

    /// The refusal, or why not.
    [[nodiscard]] std::optional<Error> start(const Job& job);
    [[nodiscard]] bool enter(Work work);
    void leave(Work work);
    [[nodiscard]] std::shared_ptr<StreamedAnswer> make_answer();
    /// Sends what the task writes, to its end. False: the client has not got it all.
    boost::asio::awaitable<bool> send_streamed(std::shared_ptr<StreamedAnswer> answer, Wants wants);
    boost::asio::awaitable<void> end(Job job);
    boost::asio::awaitable<void> cancel_until_finished(std::shared_ptr<ClientConnection> self, Job job,
                                                       SessionTask::CancelReason reason);
    void cancel_soon(SessionTask::CancelReason reason);
    void client_is_gone();

    // websocket_visit.cpp
    boost::asio::awaitable<void> serve_websocket(Request request, Caller caller);
    boost::asio::awaitable<bool> admit_websocket(std::shared_ptr<MessageStream> stream);
    boost::asio::awaitable<void> receive_frames(std::shared_ptr<ClientConnection> self,
                                                std::shared_ptr<MessageStream> stream);
    boost::asio::awaitable<void> send_events(std::shared_ptr<MessageStream> stream,
                                             std::shared_ptr<StreamedAnswer> answer);

    boost::asio::awaitable<bool> send(std::string_view bytes);
    void wait_for_requests();
    [[nodiscard]] bool stop_waiting();
    void give_way(std::uint64_t number);
    void abort();
    void log_refusal(std::string_view reason);

    const boost::asio::any_io_executor strand_;
    ServerContext& context_;
    const std::string ip_;
    const std::string remote_address_;
    const std::shared_ptr<const AccessRules> rules_;
    const std::shared_ptr<Transport> transport_;
    const std::shared_ptr<RequestReader> reader_;
    std::shared_ptr<MessageStream> websocket_;  ///< Instead of the transport, from when it is one.
    Job job_;                                   ///< That goes on; none: its task is null.
    std::uint64_t place_ = 0;                   ///< Among those that wait; 0: it does not.
    bool has_body_ = true;                      ///< The answer to the request at hand; else the head alone is sent.
    bool is_stopped_ = false;
};

}  // namespace laminar::http
