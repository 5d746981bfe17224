#include "connectors/websocket/session/text_sender.h"

#include <memory>
#include <utility>

#include "connectors/codec/binary/payload_translator.h"
#include "connectors/expressions/evaluation.h"
#include "connectors/rows/utc_clock.h"
#include "connectors/websocket/frames/stream_error.h"

namespace laminar {

std::string TextSender::send(const ComputedText& text, SecretUse use, std::optional<std::string_view> received) {
    EvaluationScope scope;
    scope.use = use;
    scope.now = utc_now();
    scope.secrets = &secrets_;
    scope.last_id = &last_id_;
    scope.position = position_;
    scope.received = received;
    Evaluation evaluation = evaluate(text, scope);
    if (!evaluation.problem.empty()) return evaluation.problem;
    if (!evaluation.payload) return {};
    pace_.note_sent();
    const bool is_binary = evaluation.binary || translate_document(format_, *evaluation.payload);
    const auto error = stream_.write(*evaluation.payload, is_binary);
    return error ? describe_stream_error(error) : std::string();
}

void TextSender::remake(OutgoingMessage& message, const ComputedText& text) {
    EvaluationScope scope;
    scope.now = utc_now();
    scope.secrets = &secrets_;
    scope.last_id = &last_id_;
    scope.position = position_;
    scope.message_id = *message.acknowledges;
    Evaluation evaluation = evaluate(text, scope);
    if (!evaluation.payload) return;
    message.binary = evaluation.binary || translate_document(format_, *evaluation.payload);
    message.payload = std::make_shared<const std::string>(std::move(*evaluation.payload));
}

}  // namespace laminar
