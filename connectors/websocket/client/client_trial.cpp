#include "connectors/websocket/client/client_trial.h"

#include <fmt/format.h>

#include <utility>

#include "catalog/options/secret_resolver.h"
#include "connectors/delivery/resolved_options.h"
#include "connectors/net/deadline.h"
#include "connectors/websocket/client/endpoint.h"
#include "connectors/websocket/frames/stream_error.h"
#include "connectors/websocket/options/option_schema.h"
#include "connectors/websocket/session/payload_intake.h"
#include "connectors/websocket/session/reply_rules.h"
#include "connectors/websocket/session/text_sender.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace net = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

/// How long a connection made only to be tested may take to say goodbye.
constexpr std::chrono::milliseconds farewell_time{500};

}  // namespace

ClientTrial::ClientTrial(net::any_io_executor strand, const WebSocketOptions& options, const SecretResolver& secrets,
                         const FeedPosition& position)
    : strand_(std::move(strand)), written_(options), secrets_(secrets), position_(position), abort_event_(strand_) {}

void ClientTrial::abort() {
    aborted_ = true;
    abort_event_.notify();
    if (connector_) connector_->abort();
    if (stream_) stream_->abort();
}

net::awaitable<std::vector<ConnectionTestStep>> ClientTrial::run(std::chrono::milliseconds timeout) {
    std::vector<ConnectionTestStep> steps;
    OptionProblem problem;
    options_ = resolve_options(websocket_option_schema(), written_, secrets_, problem);
    if (!options_) {
        steps.push_back({"secrets", false, {}, std::move(problem.description)});
        co_return steps;
    }
    connector_.emplace(strand_, *options_, position_, secrets_);
    const Deadline limit(strand_, timeout, [this] { abort(); });
    for (const ComputedText& endpoint : options_->endpoint) {
        const std::size_t before = steps.size();
        co_await try_endpoint(endpoint, steps);
        if (limit.expired() && steps.size() > before && !steps.back().ok)
            steps.back().detail = fmt::format("no answer within {} ms", timeout.count());
        if (options_->endpoint.size() > 1) {
            for (std::size_t i = before; i < steps.size(); ++i)
                steps[i].detail = fmt::format("{}: {}", shown_endpoint(endpoint), steps[i].detail);
        }
        if (aborted_) break;
    }
    co_return steps;
}

net::awaitable<void> ClientTrial::try_endpoint(const ComputedText& endpoint, std::vector<ConnectionTestStep>& steps) {
    ConnectFailure failure;
    const std::unique_ptr<ConnectedPeer> peer = co_await connector_->connect(endpoint, failure, &steps);
    if (!peer) co_return;
    MessageStream& stream = *peer->stream;
    stream_ = &stream;
    const OpeningScript script(*options_);
    if (script.awaits_messages() || !options_->handshake.empty()) steps.push_back(co_await open(stream, script));
    {
        const Deadline farewell(strand_, farewell_time, [&stream] { stream.abort(); });
        co_await stream.close(1000, "");
    }
    stream_ = nullptr;
}

net::awaitable<ConnectionTestStep> ClientTrial::open(MessageStream& stream, const OpeningScript& script) {
    const Clock::time_point start = Clock::now();
    TextSender texts(
        stream, options_->format, secrets_, [this] { return position_.current(); }, SendPace(options_->send_rate));
    Opening opening(script, texts);
    PayloadIntake intake(*options_);
    const ReplyRules replies(options_->replies);
    MessageMatcher::Look look;
    const auto step = [&](bool ok, std::string detail) {
        const bool is_dialogue = ok ? !options_->handshake.empty() : opening.is_in_handshake();
        const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
        return ConnectionTestStep{is_dialogue ? "dialogue" : "subscribe", ok, elapsed, std::move(detail)};
    };
    if (!opening.go_on()) co_return step(false, opening.problem());
    std::string taken;
    while (!opening.is_over()) {
        if (const auto due = opening.sending_due()) {
            co_await abort_event_.wait_until(*due);
            if (aborted_) co_return step(false, "ended before all was sent");
            opening.go_on();
            if (!opening.problem().empty()) co_return step(false, opening.problem());
            continue;
        }
        const std::size_t position = opening.position();
        const Deadline limit(strand_, opening.patience(), [&stream] { stream.abort(); });
        while (opening.position() == position) {
            const boost::system::error_code error = co_await stream.read();
            if (error) {
                std::string why = limit.expired()
                                      ? opening.describe_silence()
                                      : fmt::format("{} {}", describe_stream_error(error), opening.describe_end());
                if (stream.stop_listening()) {
                    stream.say_goodbye();
                    co_await stream.flush();
                }
                co_return step(false, std::move(why));
            }
            // What a session would do with it, but for rows.
            std::string_view payload = stream.message();
            const std::optional<MessageError> unreadable = intake.read(payload, stream.message_is_binary());
            if (intake.is_broken()) co_return step(false, unreadable ? unreadable->message : std::string());
            if (!unreadable && !intake.awaits_more()) {
                const std::string shown = quote_excerpt(payload, 200);
                const bool is_taken = opening.take(payload) == Opening::Reaction::taken;
                if (!opening.problem().empty()) co_return step(false, opening.problem());
                if (is_taken) taken = shown;
                const ReplyRules::Answer* answer = is_taken ? nullptr : replies.find(payload, look);
                if (answer != nullptr) (void)texts.send(answer->text, SecretUse::messages, payload);
            }
            intake.release();
            stream.release_message();
        }
    }
    co_return step(true, taken);
}

}  // namespace laminar
