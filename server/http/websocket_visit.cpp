// What becomes of a connection that asks for a WebSocket at /api/v1/subscribe.

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/websocket/rfc6455.hpp>
#include <chrono>
#include <exception>
#include <utility>
#include <variant>

#include "connectors/net/deadline.h"
#include "connectors/websocket/server/upgrade_policy.h"
#include "server/http/answers/subscription_task.h"
#include "server/http/client_connection.h"

namespace laminar::http {

namespace net = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds time_to_leave{1'000};
constexpr std::chrono::seconds heartbeat{15};
/// Of what to subscribe to.
constexpr std::size_t most_of_message = 1 << 20;
constexpr std::uint16_t normal_end = 1000;
constexpr std::uint16_t going_away = 1001;
constexpr std::uint16_t refused = 1008;

}  // namespace

net::awaitable<bool> ClientConnection::admit_websocket(std::shared_ptr<MessageStream> stream) {
    const Deadline limit(strand_, reader_->limits().request, [stream] { stream->abort(); });
    UpgradeRequest upgrade;
    boost::system::error_code error =
        co_await stream->read_request(static_cast<std::uint32_t>(reader_->limits().most_head), upgrade);
    if (error) co_return false;
    UpgradePolicy policy;
    policy.paths.front() = std::string(upgrade.target.substr(0, upgrade.target.find('?')));
    if (const std::optional<UpgradeRefusal> refusal = check_upgrade(upgrade, policy)) {
        log_refusal(refusal->explanation);
        co_await stream->refuse(refusal->status, refusal->explanation, refusal->headers);
        co_await stream->shut_down(time_to_leave);
        co_return false;
    }
    const std::string no_subprotocol;
    error = co_await stream->accept(no_subprotocol);
    if (!error) error = co_await stream->read();
    co_return !error;
}

net::awaitable<void> ClientConnection::serve_websocket(Request request, Caller caller) {
    auto [socket, tls] = transport_->release();
    MessageStreamSettings settings;
    settings.max_message_size = most_of_message;
    const auto stream = std::make_shared<MessageStream>(std::move(socket), std::move(tls),
                                                        request.head + reader_->take_rest(), settings);
    websocket_ = stream;
    const bool is_admitted = co_await admit_websocket(stream);
    if (!is_admitted) co_return;
    std::variant<SentSql, Error> sql = read_sql_document(stream->message());
    stream->release_message();
    if (!stop_waiting()) co_return;

    Job job;
    job.work = Work::subscription;
    job.answer = make_answer();
    job.task = std::make_shared<SubscriptionTask>(context_.tasks, std::move(request), std::move(caller), job.answer,
                                                  EventFormat::lines, std::move(sql));
    std::uint16_t code = refused;
    std::string reason;
    if (const std::optional<Error> refusal = start(job)) {
        const std::string event = event_text(EventFormat::lines, "error", error_json(*refusal));
        (void)stream->write(event, false);
        reason = "no room";
    } else {
        context_.coroutines.spawn(strand_, receive_frames(shared_from_this(), stream), {});
        std::exception_ptr escaped;
        try {
            co_await send_events(stream, job.answer);
        } catch (...) {
            escaped = std::current_exception();
        }
        const bool is_broken = job.answer->is_broken();
        co_await end(job);
        if (escaped) std::rethrow_exception(escaped);
        if (!is_broken) code = is_stopped_ ? going_away : normal_end;
    }
    const Deadline limit(strand_, time_to_leave, [stream] { stream->abort(); });
    (void)co_await stream->close(code, reason);
    co_await stream->shut_down(time_to_leave);
}

/// What a client says after its first message ends the connection; so does its silence, when it is gone.
net::awaitable<void> ClientConnection::receive_frames(std::shared_ptr<ClientConnection> /*self*/,
                                                      std::shared_ptr<MessageStream> stream) {
    std::exception_ptr escaped;
    try {
        const boost::system::error_code error = co_await stream->read();
        if (!error) stream->release_message();
    } catch (...) {
        escaped = std::current_exception();
    }
    client_is_gone();
    if (escaped) std::rethrow_exception(escaped);
}

net::awaitable<void> ClientConnection::send_events(std::shared_ptr<MessageStream> stream,
                                                   std::shared_ptr<StreamedAnswer> answer) {
    OutputChannel& channel = answer->channel();
    while (true) {
        const bool is_finished = channel.is_finished();
        const std::string output = channel.take_output();
        for (std::string_view rest = output; !rest.empty();) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            if (!stream->is_open() || stream->write(line, false)) co_return;
            if (stream->unsent_bytes() > MessageStream::comfortable_unsent()) {
                const Deadline deadline(strand_, context_.settings.write_timeout, [stream] { stream->abort(); });
                const boost::system::error_code error = co_await stream->flush();
                if (error) co_return;
            }
            const std::size_t size = std::min(line.size() + 1, rest.size());
            channel.sent(size);
            rest.remove_prefix(size);
        }
        if (!output.empty()) continue;
        if (is_finished) co_return;
        const OutputChannel::End ending = channel.ending();
        if (ending == OutputChannel::End::client_gone || ending == OutputChannel::End::stands_still) co_return;
        const bool woken = co_await channel.output().wait_until(Clock::now() + heartbeat);
        if (!woken) (void)stream->ping("");
    }
}

}  // namespace laminar::http
