#include "server/http/client_connection.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <system_error>
#include <utility>
#include <variant>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/net/deadline.h"
#include "parser/text/ascii.h"
#include "runtime/database/database_parts.h"
#include "server/http/answers/query_task.h"
#include "server/http/answers/subscription_task.h"
#include "server/http/answers/table_answer.h"

namespace laminar::http {

namespace net = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

/// A cancellation that comes between two statements meets none: it is repeated until the task is done.
constexpr std::chrono::milliseconds cancel_again{50};
/// How long a client has to read the last answer, and to close.
constexpr std::chrono::milliseconds time_to_leave{1'000};
/// So that a stream without rows is not taken for one that is dead.
constexpr std::chrono::seconds heartbeat{15};
constexpr std::size_t most_sent_at_once = 64 << 10;

RequestReader::Limits reader_limits(const ServerSettings& settings) {
    RequestReader::Limits limits;
    limits.most_body = settings.max_body_bytes;
    limits.request = settings.request_timeout;
    return limits;
}

std::string chunk_head(std::size_t size) { return fmt::format("{:x}\r\n", size); }

/// That of the table which the path of a request names.
std::optional<WebhookDoor> find_door(Database& database, const Request& request) {
    const std::string_view path = request.path;
    return WebhookDoor::of(*database.catalog(), path.substr(std::min(tables_path.size(), path.size())),
                           database.parts().connections.secrets());
}

Error too_many(Work work, const ServerContext& context) {
    Error error{.status = 503, .message = {}, .sql_state = "53300"};
    switch (work) {
        case Work::query:
            error.message = fmt::format("{} queries go on already", context.settings.queries->most());
            error.hint = "laminar serve --max-queries allows more";
            break;
        case Work::subscription:
            error.message = fmt::format("{} subscriptions go on already", context.subscriptions.limit());
            error.hint = "laminar serve --max-connections allows more";
            break;
        case Work::other:
            error.message = fmt::format("{} requests go on already", context.others.limit());
            error.hint = "ask again";
            break;
    }
    return error;
}

std::shared_ptr<RequestTask> make_task(const Route& route, const TaskContext& context, Request request, Caller caller,
                                       const std::shared_ptr<StreamedAnswer>& answer) {
    if (const auto* make = std::get_if<WholeAnswerTask::Make>(&route.answer))
        return std::make_shared<WholeAnswerTask>(context, std::move(request), std::move(caller), answer, *make);
    if (std::get<RowStream>(route.answer) == RowStream::query)
        return std::make_shared<QueryTask>(context, std::move(request), std::move(caller), answer);
    std::variant<SentSql, Error> sql = Error{.message = "what to subscribe to is the parameter sql: ?sql=SELECT ..."};
    if (const auto found = request.parameters.find("sql"); found != request.parameters.end())
        sql = SentSql{found->second, {}};
    return std::make_shared<SubscriptionTask>(context, std::move(request), std::move(caller), answer,
                                              EventFormat::server_sent, std::move(sql));
}

}  // namespace

ClientConnection::ClientConnection(net::ip::tcp::socket socket, const net::any_io_executor& strand,
                                   ServerContext& context, std::string ip, std::string remote_address)
    : strand_(strand),
      context_(context),
      ip_(std::move(ip)),
      remote_address_(std::move(remote_address)),
      rules_(context.access.get()),
      transport_(std::make_shared<Transport>(std::move(socket))),
      reader_(
          std::make_shared<RequestReader>(transport_, strand, context.coroutines, reader_limits(context.settings))) {}

net::awaitable<void> ClientConnection::run() {
    wait_for_requests();
    std::exception_ptr escaped;
    try {
        bool is_ready = true;
        if (rules_->tls) is_ready = co_await start_tls();
        if (is_ready) co_await serve();
    } catch (...) {
        escaped = std::current_exception();
    }
    (void)stop_waiting();
    abort();
    if (escaped) std::rethrow_exception(escaped);
}

net::awaitable<bool> ClientConnection::start_tls() {
    const Deadline deadline(strand_, reader_->limits().request, [this] { abort(); });
    std::string problem;
    const bool is_encrypted = co_await transport_->start_tls(*rules_->tls, problem);
    if (is_encrypted) co_return true;
    if (!is_stopped_) log_refusal("TLS: " + problem);
    co_return false;
}

net::awaitable<void> ClientConnection::serve() {
    std::chrono::milliseconds patience = reader_->limits().request;
    bool goes_on = true;
    while (goes_on && !is_stopped_) {
        RequestReader::Next next = co_await reader_->next(patience);
        has_body_ = true;
        patience = reader_->limits().idle;
        if (std::holds_alternative<RequestReader::Gone>(next)) co_return;
        if (auto* error = std::get_if<Error>(&next)) {
            log_refusal(error->message);
            goes_on = co_await refuse(std::move(*error), false);
        } else {
            goes_on = co_await answer(std::get<Request>(std::move(next)));
        }
    }
    if (websocket_) co_return;
    transport_->end_sending();
    co_await reader_->drain(time_to_leave);
}

net::awaitable<bool> ClientConnection::answer(Request request) {
    spdlog::debug("http: {}: {} {}", remote_address_, request.method, request.path);
    has_body_ = request.method != "HEAD";
    const bool goes_on = request.keeps_alive;
    // What is refused may have a body: it is not read, and so nothing can follow it.
    const bool goes_on_unread = goes_on && !request.has_body;
    if (auto refusal = check_origin(request, context_.settings.address.host, context_.settings.names)) {
        log_refusal(refusal->message);
        co_return co_await refuse(std::move(*refusal), goes_on_unread);
    }
    std::variant<const Route*, Error> found = find_route(request);
    if (auto* error = std::get_if<Error>(&found)) co_return co_await refuse(std::move(*error), goes_on_unread);
    const Route& route = *std::get<const Route*>(found);
    const auto* stream = std::get_if<RowStream>(&route.answer);
    const bool subscribes = stream && *stream == RowStream::subscription;
    std::optional<Caller> user = find_caller(request, *rules_, subscribes);
    // Users come in by the door of users.
    const bool is_user = user && !user->name.empty();
    const std::optional<WebhookDoor> door =
        route.has_door && !is_user ? find_door(context_.tasks.database, request) : std::nullopt;
    std::variant<Caller, Error> admitted = admit(route, request, std::move(user), door);
    if (auto* refusal = std::get_if<Error>(&admitted)) {
        if (refusal->status == 401) log_refusal("no token, or one that nobody has");
        co_return co_await refuse(std::move(*refusal), goes_on_unread);
    }
    if (request.has_body) {
        RequestReader::Body body = co_await read_body(request, door ? &*door : nullptr);
        if (std::holds_alternative<RequestReader::Gone>(body)) co_return false;
        if (auto* error = std::get_if<Error>(&body)) co_return co_await refuse(std::move(*error), false);
        request.body = std::get<std::string>(std::move(body));
    }
    std::optional<Error> unproven;
    if (door) unproven = door->check_body(request);
    if (unproven) {
        log_refusal(unproven->message);
        co_return co_await refuse(std::move(*unproven), goes_on);
    }
    auto& caller = std::get<Caller>(admitted);
    if (const auto* at_once = std::get_if<AnswerAtOnce>(&route.answer)) {
        Answer made = (*at_once)(request);
        co_return co_await give(std::move(made), goes_on);
    }
    if (subscribes && request.asks_for_websocket) {
        co_await serve_websocket(std::move(request), std::move(caller));
        co_return false;
    }
    co_return co_await perform(route, std::move(request), std::move(caller));
}

std::variant<Caller, Error> ClientConnection::admit(const Route& route, const Request& request,
                                                    std::optional<Caller> user,
                                                    const std::optional<WebhookDoor>& door) {
    if (door) {
        if (std::optional<Error> refusal = door->check_head(request)) return std::move(*refusal);
        return Caller{"", Role::write, false};
    }
    if (!user && !route.is_open)
        return Error{.status = 401,
                     .message = "a token is needed",
                     .hint = "send Authorization: Bearer TOKEN, with a token of the users file"};
    if (!user) return Caller{"", Role::read, false};
    if (user->role < route.role) return Error{.status = 403, .message = role_refusal(user->role, route.role)};
    return std::move(*user);
}

net::awaitable<RequestReader::Body> ClientConnection::read_body(const Request& request, const WebhookDoor* door) {
    const bool is_waited_for = equals_ignoring_case(request.header("Expect"), "100-continue");
    if (!door) co_return co_await reader_->body(is_waited_for, reader_->limits().most_body);
    // Whoever sends slowly gives way to others: a message is never refused for want of room.
    const std::uint64_t place = context_.unproven.add(ip_, [weak = weak_from_this(), strand = strand_] {
        net::post(strand, [weak] {
            if (const auto self = weak.lock()) self->abort();
        });
    });
    std::exception_ptr escaped;
    RequestReader::Body body = RequestReader::Gone{};
    try {
        body = co_await reader_->body(is_waited_for, door->most_bytes());
    } catch (...) {
        escaped = std::current_exception();
    }
    if (!context_.unproven.remove(place)) body = RequestReader::Gone{};
    if (escaped) std::rethrow_exception(escaped);
    co_return body;
}

net::awaitable<bool> ClientConnection::refuse(Error error, bool goes_on) {
    Answer answer = error_answer(error);
    co_return co_await give(std::move(answer), goes_on);
}

net::awaitable<bool> ClientConnection::give(Answer answer, bool goes_on) {
    const bool stays = goes_on && !is_stopped_;
    std::string text = written_head(answer.head, BodyEnd::length, answer.body.size(), stays);
    if (has_body_) text += answer.body;
    const bool sent = co_await send(text);
    co_return sent&& stays;
}

std::shared_ptr<StreamedAnswer> ClientConnection::make_answer() {
    return std::make_shared<StreamedAnswer>(strand_, context_.settings.write_timeout,
                                            [weak = weak_from_this(), strand = strand_] {
                                                net::post(strand, [weak] {
                                                    if (const auto self = weak.lock()) self->client_is_gone();
                                                });
                                            });
}

std::optional<Error> ClientConnection::start(const Job& job) {
    if (!enter(job.work)) return too_many(job.work, context_);
    try {
        context_.threads.start(job.task);
    } catch (const std::system_error& problem) {
        leave(job.work);
        return Error{.status = 503, .message = fmt::format("there is no thread for it: {}", problem.what())};
    }
    job_ = job;
    return std::nullopt;
}

bool ClientConnection::enter(Work work) {
    switch (work) {
        case Work::query:
            return context_.settings.queries->try_enter();
        case Work::subscription:
            return context_.subscriptions.enter();
        case Work::other:
            break;
    }
    return context_.others.enter();
}

void ClientConnection::leave(Work work) {
    switch (work) {
        case Work::query:
            return context_.settings.queries->leave();
        case Work::subscription:
            return context_.subscriptions.leave();
        case Work::other:
            break;
    }
    context_.others.leave();
}

net::awaitable<bool> ClientConnection::perform(const Route& route, Request request, Caller caller) {
    const Wants wants{.takes_chunks = request.takes_chunks, .goes_on = request.keeps_alive};
    // From here on it is not one of those that wait.
    if (!stop_waiting()) co_return false;
    Job job;
    job.work = route.work;
    job.answer = make_answer();
    job.task = make_task(route, context_.tasks, std::move(request), std::move(caller), job.answer);
    if (auto refusal = start(job)) {
        wait_for_requests();
        co_return co_await refuse(std::move(*refusal), wants.goes_on);
    }
    reader_->watch([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->client_is_gone();
    });
    std::exception_ptr escaped;
    bool sent = false;
    {
        std::optional<Deadline> limit;
        if (job.work == Work::query && context_.settings.statement_timeout.count() > 0)
            limit.emplace(strand_, context_.settings.statement_timeout,
                          [this] { cancel_soon(SessionTask::CancelReason::timeout); });
        try {
            sent = co_await send_streamed(job.answer, wants);
        } catch (...) {
            escaped = std::current_exception();
        }
    }
    reader_->end_watch();
    co_await end(job);
    if (escaped) std::rethrow_exception(escaped);
    wait_for_requests();
    co_return sent&& wants.goes_on && !is_stopped_;
}

net::awaitable<bool> ClientConnection::send_streamed(std::shared_ptr<StreamedAnswer> answer, Wants wants) {
    OutputChannel& channel = answer->channel();
    std::optional<BodyEnd> end;
    bool is_event_stream = false;
    while (true) {
        const bool is_finished = channel.is_finished();
        const std::string output = channel.take_output();
        std::string before;
        if (output.empty() && !is_finished) {
            const OutputChannel::End ending = channel.ending();
            if (ending == OutputChannel::End::client_gone || ending == OutputChannel::End::stands_still)
                co_return false;
            const bool woken = co_await channel.output().wait_until(Clock::now() + heartbeat);
            if (woken || !is_event_stream) continue;
            constexpr std::string_view comment = ":\n\n";
            before = *end == BodyEnd::chunks ? fmt::format("{}{}\r\n", chunk_head(comment.size()), comment)
                                             : std::string(comment);
        }
        if (!end && (is_finished || !output.empty())) {
            const std::optional<Head> head = answer->head();
            if (!head) co_return false;  // Not even an error could be written.
            is_event_stream = head->content_type == "text/event-stream";
            const std::optional<std::size_t> size = answer->size();
            end = size ? BodyEnd::length : wants.takes_chunks ? BodyEnd::chunks : BodyEnd::close;
            before =
                written_head(*head, *end, size.value_or(0), wants.goes_on && !is_stopped_ && *end != BodyEnd::close);
        }
        const bool is_chunk = end == BodyEnd::chunks && !output.empty();
        if (is_chunk) before += chunk_head(output.size());
        const bool is_begun = co_await send(before);
        if (!is_begun) co_return false;
        for (std::string_view rest = output; !rest.empty();) {
            const std::string_view part = rest.substr(0, most_sent_at_once);
            const std::string_view said = has_body_ ? part : std::string_view();
            const bool is_sent = co_await send(said);
            if (!is_sent) co_return false;
            channel.sent(part.size());
            rest.remove_prefix(part.size());
        }
        const std::string_view after = is_chunk ? "\r\n" : "";
        const bool is_ended = co_await send(after);
        if (!is_ended) co_return false;
        if (!is_finished) continue;
        if (answer->is_broken() || end == BodyEnd::close) co_return false;
        const std::string_view last = end == BodyEnd::chunks ? "0\r\n\r\n" : "";
        const bool is_whole = co_await send(last);
        co_return is_whole;
    }
}

net::awaitable<void> ClientConnection::end(Job job) {
    if (!job.answer->channel().is_finished()) {
        job.answer->channel().end(OutputChannel::End::client_gone);
        co_await cancel_until_finished(shared_from_this(), job, SessionTask::CancelReason::client_gone);
    }
    leave(job.work);
    job_ = {};
}

net::awaitable<void> ClientConnection::cancel_until_finished(std::shared_ptr<ClientConnection> /*self*/, Job job,
                                                             SessionTask::CancelReason reason) {
    net::steady_timer timer(strand_);
    while (!job.answer->channel().is_finished()) {
        job.task->cancel(reason);
        timer.expires_after(cancel_again);
        boost::system::error_code ignored;
        co_await timer.async_wait(net::redirect_error(net::use_awaitable, ignored));
    }
}

void ClientConnection::cancel_soon(SessionTask::CancelReason reason) {
    if (!job_.task) return;
    context_.coroutines.spawn(strand_, cancel_until_finished(shared_from_this(), job_, reason), {});
}

void ClientConnection::client_is_gone() {
    if (!job_.task) return;
    job_.answer->channel().end(OutputChannel::End::client_gone);
    job_.answer->channel().output().notify();
}

net::awaitable<bool> ClientConnection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const Deadline deadline(strand_, context_.settings.write_timeout, [this] { abort(); });
        const std::size_t sent = co_await transport_->write_some(bytes.substr(0, most_sent_at_once));
        if (sent == 0) co_return false;
        bytes.remove_prefix(sent);
    }
    co_return true;
}

void ClientConnection::stop(TaskGroup::Stop how) {
    is_stopped_ = true;
    if (how == TaskGroup::Stop::terminal || !job_.task) {
        client_is_gone();
        abort();
        return;
    }
    cancel_soon(SessionTask::CancelReason::shut_down);
}

void ClientConnection::abort() {
    if (websocket_)
        websocket_->abort();
    else
        transport_->abort();
}

void ClientConnection::wait_for_requests() {
    // The number is known only when others may have come already; they are of later strands.
    const auto number = std::make_shared<std::uint64_t>(0);
    *number = context_.waiting.add(ip_, [weak = weak_from_this(), strand = strand_, number] {
        net::post(strand, [weak, number] {
            if (const auto self = weak.lock()) self->give_way(*number);
        });
    });
    place_ = *number;
}

bool ClientConnection::stop_waiting() { return place_ == 0 || context_.waiting.remove(std::exchange(place_, 0)); }

void ClientConnection::give_way(std::uint64_t number) {
    if (place_ != number) return;
    log_refusal("it gave way to others that came later, as nothing was asked for or sent");
    abort();
}

void ClientConnection::log_refusal(std::string_view reason) {
    const LogLimit::Answer answer = context_.refusals.ask();
    if (answer.verdict == LogLimit::Verdict::leave_out) return;
    std::string line;
    append_json_quoted(line, reason);
    spdlog::warn("http: {} was refused: {}{}", remote_address_, line,
                 answer.verdict == LogLimit::Verdict::log_and_announce ? " (no more of these lines for a minute)" : "");
}

}  // namespace laminar::http
