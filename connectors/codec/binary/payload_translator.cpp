#include "connectors/codec/binary/payload_translator.h"

#include "connectors/codec/binary/binary_writer.h"
#include "connectors/codec/binary/cbor_reader.h"
#include "connectors/codec/binary/debezium_reader.h"
#include "connectors/codec/binary/msgpack_reader.h"
#include "connectors/codec/binary/protobuf_types.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"

namespace laminar {
namespace {

constexpr std::size_t kept_capacity = 64 << 10;

/// No JSON string has a control character, so that a separator made of one is none wherever it stands.
void append_with_line_feeds(std::string& json, std::string_view payload, std::string_view separator) {
    std::size_t from = 0;
    for (std::size_t at = payload.find(separator); at != std::string_view::npos; at = payload.find(separator, from)) {
        json.append(payload, from, at - from);
        json += '\n';
        from = at + separator.size();
    }
    json.append(payload, from);
    // Behind the last value it separates nothing.
    if (from == payload.size() && from > 0) json.pop_back();
}

}  // namespace

std::optional<MessageError> PayloadTranslator::translate(std::string_view payload, std::string_view& json,
                                                         bool is_binary) {
    if (is_translated(format_) && !is_binary) return std::nullopt;
    json_.clear();
    std::optional<MessageError> error;
    if (is_change(format_))
        error = append_change_as_json(payload, json_);
    else if (format_ == MessageFormat::protobuf)
        error = protobuf_->append_as_json(payload, json_);
    else if (format_ == MessageFormat::msgpack)
        error = append_msgpack_as_json(payload, json_);
    else if (format_ == MessageFormat::cbor)
        error = append_cbor_as_json(payload, json_);
    else
        append_with_line_feeds(json_, payload, separator_);
    if (!error) json = json_;
    return error;
}

void PayloadTranslator::release() noexcept {
    if (json_.capacity() > kept_capacity) std::string().swap(json_);
}

void translate_from_json(MessageFormat format, std::string& payload) {
    if (format == MessageFormat::msgpack)
        payload = msgpack_of_json(payload);
    else if (format == MessageFormat::cbor)
        payload = cbor_of_json(payload);
}

bool translate_document(MessageFormat format, std::string& payload) {
    const std::size_t begin = skip_json_space(payload, 0);
    const bool is_document = begin < payload.size() && (payload[begin] == '{' || payload[begin] == '[');
    const bool has_form = is_translated(format) && format != MessageFormat::protobuf;
    if (!is_document || !has_form || !is_json(payload)) return false;
    translate_from_json(format, payload);
    return true;
}

}  // namespace laminar
