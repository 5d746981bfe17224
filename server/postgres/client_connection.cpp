#include "server/postgres/client_connection.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <system_error>
#include <utility>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/net/deadline.h"
#include "server/postgres/messages/message_reader.h"
#include "server/postgres/messages/message_writer.h"

namespace laminar::postgres {

namespace net = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

/// A cancellation that comes between two statements meets none: it is repeated until the session has ended.
constexpr std::chrono::milliseconds cancel_again{50};
/// How long a client has to read the last message, and to close.
constexpr std::chrono::milliseconds time_to_leave{1'000};
constexpr std::size_t head_size = 5;
constexpr std::size_t length_size = 4;

/// What a client has said, so that it makes one line of the log.
std::string as_one_line(std::string_view text) {
    std::string line;
    append_json_quoted(line, text);
    return line;
}

}  // namespace

ClientConnection::ClientConnection(net::ip::tcp::socket socket, const net::any_io_executor& strand,
                                   ServerContext& context, std::string remote_address)
    : strand_(strand),
      context_(context),
      remote_address_(std::move(remote_address)),
      transport_(std::move(socket)),
      login_(transport_, context.rules.get()),
      channel_(strand, context.settings.write_timeout, [this] { give_up(); }),
      statement_timer_(strand),
      received_all_(strand) {}

ClientConnection::~ClientConnection() {
    if (has_place_) context_.clients.leave(key_);
}

net::awaitable<void> ClientConnection::run(std::function<bool()> logged_in) {
    const bool admitted = co_await log_in();
    const bool stays = logged_in();
    if (admitted && stays && !is_stopped_) co_await serve();
    transport_.abort();
}

net::awaitable<void> ClientConnection::serve() {
    spdlog::info("postgres: session {}: user {} from {}{}", key_.process, as_one_line(login_.user()), remote_address_,
                 transport_.is_encrypted() ? " over TLS" : "");
    std::string problem;
    try {
        start_session();
    } catch (const std::system_error& no_thread) {
        problem = no_thread.what();
    }
    if (!problem.empty()) {
        session_.reset();
        const ErrorMessage full{.weight = Weight::fatal,
                                .state = "53000",
                                .message = fmt::format("there is no thread for another session: {}", problem)};
        co_await refuse(full);
        co_return;
    }
    std::exception_ptr escaped;
    try {
        context_.tasks.spawn(strand_, receive(shared_from_this()), {});
        is_receiving_ = true;
        co_await send();
    } catch (...) {
        escaped = std::current_exception();
    }
    const bool stood_still = channel_.ending() == ClientChannel::End::stands_still;
    co_await end_session();
    if (escaped) std::rethrow_exception(escaped);
    spdlog::log(
        stood_still ? spdlog::level::warn : spdlog::level::info, "postgres: session {} has ended{}", key_.process,
        stood_still ? fmt::format(": its client took nothing for {} ms", context_.settings.write_timeout.count()) : "");
}

net::awaitable<bool> ClientConnection::log_in() {
    const Deadline deadline(strand_, context_.settings.authentication_timeout, [this] { transport_.abort(); });
    const Login::Outcome outcome = co_await login_.run();
    if (outcome == Login::Outcome::cancels) {
        context_.clients.cancel(login_.cancel_key());
        co_return false;
    }
    if (outcome == Login::Outcome::refused) {
        if (deadline.expired()) {
            log_refusal(
                fmt::format("it has not logged in within {} ms", context_.settings.authentication_timeout.count()));
        } else {
            co_await refuse(login_.error());
        }
        co_return false;
    }
    const auto database = login_.parameters().find("database");
    parameters_.emplace(login_.user(), database == login_.parameters().end() ? login_.user() : database->second);
    if (const auto time = context_.settings.statement_timeout; time.count() > 0)
        (void)parameters_->set_at_start("statement_timeout", fmt::format("{}ms", time.count()));
    for (const auto& [name, value] : login_.parameters()) {
        std::optional<ErrorMessage> problem = parameters_->set_at_start(name, value);
        if (!problem) continue;
        problem->weight = Weight::fatal;
        co_await refuse(*problem);
        co_return false;
    }
    const std::optional<CancelKey> place = context_.clients.enter();
    if (!place) {
        // GCC 12 destroys what is made in braces within the expression of a co_await twice.
        const ErrorMessage full{
            .weight = Weight::fatal,
            .state = "53300",
            .message = fmt::format("there are {} connections already", context_.settings.max_connections),
            .hint = "laminar serve --max-connections allows more"};
        co_await refuse(full);
        co_return false;
    }
    key_ = *place;
    has_place_ = true;
    co_return true;
}

net::awaitable<void> ClientConnection::refuse(const ErrorMessage& error) {
    if (error.message.empty()) co_return;  // It has gone by itself.
    log_refusal(error.message);
    if (error.state.empty()) co_return;
    MessageWriter out;
    append_error(out, error);
    const Deadline deadline(strand_, time_to_leave, [this] { transport_.abort(); });
    if (!co_await transport_.write(out.take())) co_return;
    transport_.end_sending();
    co_await transport_.drain();
}

void ClientConnection::log_refusal(const std::string& reason) {
    const LogLimit::Answer answer = context_.refusals.ask();
    if (answer.verdict == LogLimit::Verdict::leave_out) return;
    spdlog::warn("postgres: {} was refused: {}{}", remote_address_, as_one_line(reason),
                 answer.verdict == LogLimit::Verdict::log_and_announce ? " (no more of these lines for a minute)" : "");
}

void ClientConnection::start_session() {
    session_ = std::make_shared<ClientSession>(
        context_.database, context_.catalog, channel_, std::move(*parameters_), key_, login_.role(),
        *context_.settings.queries,
        [weak = weak_from_this(), strand = strand_](std::chrono::milliseconds after, std::uint64_t statement) {
            net::post(strand, [weak, after, statement] {
                if (const auto self = weak.lock()) self->set_deadline(after, statement);
            });
        });
    context_.clients.enroll(key_, session_);
    thread_ = std::thread([session = session_] { session->run(); });
}

void ClientConnection::set_deadline(std::chrono::milliseconds after, std::uint64_t statement) {
    if (statement == 0) {
        statement_timer_.cancel();
        return;
    }
    statement_timer_.expires_after(after);
    statement_timer_.async_wait([weak = weak_from_this(), statement](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!error && self && self->session_) self->session_->cancel_statement(statement);
    });
}

net::awaitable<bool> ClientConnection::receive_message() {
    std::string head;
    if (!co_await transport_.read(head, head_size)) co_return false;
    const std::int32_t length = *MessageReader(std::string_view(head).substr(1)).int32();
    const std::size_t most = context_.settings.max_message_bytes;
    if (length < static_cast<std::int32_t>(length_size) || static_cast<std::size_t>(length) - length_size > most) {
        channel_.put({'\0', fmt::format("a message of {} bytes is not read: at most {} are", length, most)});
        co_return false;
    }
    FrontendMessage message{head.front(), {}};
    if (!co_await transport_.read(message.body, static_cast<std::size_t>(length) - length_size)) co_return false;
    channel_.put(std::move(message));
    co_return true;
}

net::awaitable<void> ClientConnection::receive(std::shared_ptr<ClientConnection> /*self*/) {
    std::exception_ptr escaped;
    try {
        bool goes_on = true;
        while (goes_on) {
            goes_on = co_await receive_message();
            while (goes_on && !channel_.has_room() && channel_.ending() == ClientChannel::End::none)
                co_await channel_.room().wait();
            goes_on = goes_on && channel_.ending() == ClientChannel::End::none;
        }
        // What still comes is not read, but taken: else the client would not get the last message.
        co_await transport_.drain();
    } catch (...) {
        escaped = std::current_exception();
    }
    channel_.end(ClientChannel::End::client_gone);
    channel_.output().notify();
    has_received_all_ = true;
    received_all_.notify();
    if (escaped) std::rethrow_exception(escaped);
}

net::awaitable<void> ClientConnection::send() {
    while (true) {
        const bool is_finished = channel_.is_finished();
        const std::string output = channel_.take_output();
        std::string_view rest = output;
        while (!rest.empty()) {
            const std::size_t sent = co_await transport_.write_some(rest);
            if (sent == 0) co_return;
            channel_.sent(sent);
            rest.remove_prefix(sent);
        }
        if (!output.empty()) continue;
        if (is_finished || channel_.ending() == ClientChannel::End::client_gone ||
            channel_.ending() == ClientChannel::End::stands_still)
            co_return;
        co_await channel_.output().wait();
    }
}

net::awaitable<void> ClientConnection::end_session() {
    if (channel_.is_finished()) {
        transport_.end_sending();
        if (is_receiving_ && !has_received_all_) (void)co_await received_all_.wait_until(Clock::now() + time_to_leave);
    }
    channel_.end(ClientChannel::End::client_gone);
    transport_.abort();
    channel_.room().notify();
    co_await cancel_until_finished(shared_from_this());
    thread_.join();
    session_.reset();
    statement_timer_.cancel();
    while (is_receiving_ && !has_received_all_) co_await received_all_.wait();
}

net::awaitable<void> ClientConnection::cancel_until_finished(std::shared_ptr<ClientConnection> /*self*/) {
    net::steady_timer timer(strand_);
    while (!channel_.is_finished()) {
        if (session_) session_->cancel();
        timer.expires_after(cancel_again);
        boost::system::error_code ignored;
        co_await timer.async_wait(net::redirect_error(net::use_awaitable, ignored));
    }
}

void ClientConnection::stop(TaskGroup::Stop how) {
    is_stopped_ = true;
    if (how == TaskGroup::Stop::terminal || !session_) {
        channel_.end(ClientChannel::End::client_gone);
        channel_.output().notify();
        transport_.abort();
        return;
    }
    channel_.end(ClientChannel::End::shut_down);
    channel_.room().notify();
    context_.tasks.spawn(strand_, cancel_until_finished(shared_from_this()), {});
}

/// The session's thread ends before this does.
void ClientConnection::give_up() {
    net::post(strand_, [self = shared_from_this()] {
        self->transport_.abort();
        self->channel_.output().notify();
    });
}

void ClientConnection::give_way() {
    if (has_place_) return;
    log_refusal("it gave way to others that came later, as it had not logged in yet");
    transport_.abort();
}

}  // namespace laminar::postgres
