#include "connectors/websocket/session/websocket_connection.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <utility>

#include "connectors/codec/binary/payload_translator.h"
#include "connectors/net/io_runtime.h"
#include "connectors/websocket/options/option_schema.h"
#include "connectors/websocket/options/stream_settings.h"

namespace laminar {

WebSocketConnection::WebSocketConnection(std::string name, std::shared_ptr<const WebSocketOptions> options,
                                         const ConnectionContext& context)
    : options_(std::move(options)),
      context_(context),
      strand_(boost::asio::make_strand(context.io.context())),
      journal_(std::move(name), "websocket", context.secrets, context.observer),
      inputs_(journal_, *options_) {
    OptionProblem ignored;  // It is told when the connection opens.
    if (!take_secrets(ignored)) resolved_ = options_;
}

bool WebSocketConnection::take_secrets(OptionProblem& problem) {
    auto resolved = resolve_options(websocket_option_schema(), *options_, context_.secrets, problem);
    if (!resolved) return false;
    resolved_ = std::move(resolved);
    inputs_.set_acknowledgement(resolved_->ack_message);
    replies_ = resolved_->replies.empty() ? nullptr : std::make_shared<const ReplyRules>(resolved_->replies);
    return true;
}

void WebSocketConnection::add_input(TableStream stream, std::shared_ptr<InputChannel> channel) {
    inputs_.add(stream, std::move(channel));
}

void WebSocketConnection::remove_input(const std::shared_ptr<InputChannel>& channel) { inputs_.remove(channel); }

void WebSocketConnection::set_paused(bool paused) {
    inputs_.set_paused(paused);
    if (paused_.exchange(paused) != paused) {
        journal_.log("info", paused ? "paused" : "resumed", paused ? "reading stopped" : "reading goes on");
    }
    journal_.changed();
}

FramingOptions WebSocketConnection::framing() const { return framing_options(*options_); }

void WebSocketConnection::hand_over(std::chrono::milliseconds deadline, std::function<void(ConnectionHandover)> done) {
    begin_handover();
    close(deadline, [this, done = std::move(done)] { done(make_handover()); });
}

void WebSocketConnection::hand_over_inputs(ConnectionHandover& handover) {
    handover.inputs = inputs_.surrender();
    handover.status = status();
}

bool WebSocketConnection::take_over(ConnectionHandover&& handover) {
    if (handover.inputs) inputs_.adopt(std::move(*handover.inputs));
    journal_.restore(handover.status);
    last_session_.store(handover.last_session);
    if (handover.paused) set_paused(true);
    return true;
}

ConnectionHandover WebSocketConnection::make_handover() const {
    ConnectionHandover handover;
    handover.status = status();
    handover.paused = paused_.load();
    handover.last_session = last_session_.load();
    return handover;
}

ConnectionStatus WebSocketConnection::status() const {
    ConnectionStatus status = journal_.status();
    const bool is_up = status.state == ConnectionState::connected || status.state == ConnectionState::listening;
    if (is_up && paused_.load()) status.state = ConnectionState::paused;
    status.pending_messages = inputs_.pending_messages();
    status.messages_in_flight = inputs_.in_flight();
    return status;
}

void WebSocketConnection::end_cycle(const ProcessingReport& report) {
    std::optional<std::string> verdict = inputs_.end_cycle(report, [this](OutgoingMessage message) {
        if (!message.binary && is_translated(options_->format)) {
            std::string payload = *message.payload;
            message.binary = translate_document(options_->format, payload);
            message.payload = std::make_shared<const std::string>(std::move(payload));
        }
        return send(std::move(message));
    });
    if (verdict) bring_down(std::move(*verdict));
}

}  // namespace laminar
