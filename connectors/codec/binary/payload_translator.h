#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "connectors/codec/format/message_format.h"
#include "connectors/rows/message.h"

namespace laminar {

class ProtobufTypes;

/// Makes JSON text of payloads in other formats, so that everything behind it (accept, rows, paths, columns) is the
/// same for all of them. MessagePack and CBOR: maps are objects (keys that are no text become it: 1 is "1"), bytes
/// base64, NaN and infinity null, MessagePack timestamps ISO 8601, its other extensions {"type", "data"}; of CBOR's
/// tags bignums up to 128 bits are numbers, the others are passed over. Several values at the top stand on lines of
/// their own. Of Protocol Buffers as ProtobufTypes says. What comes as text in one of these formats is JSON already: so
/// peers write what is not data. Changes of Debezium get a field "row" in front, with what was changed (what is after
/// it, of a deletion what was before it) and what was done to it (change_mark). Not thread-safe; keeps no more than a
/// little memory between messages.
class PayloadTranslator {
public:
    /// separator: what stands between JSON values in the place of a line feed, or behind them; empty: nothing does.
    /// protobuf: of that format.
    explicit PayloadTranslator(MessageFormat format, std::string_view separator = {},
                               std::shared_ptr<const ProtobufTypes> protobuf = nullptr)
        : format_(format), separator_(separator), protobuf_(std::move(protobuf)) {}

    /// Whether payloads are anything but JSON already.
    [[nodiscard]] bool is_needed() const noexcept {
        return is_translated(format_) || is_change(format_) || !separator_.empty();
    }
    /// json is valid until the next call, or release. Errors: invalid_msgpack, invalid_cbor, invalid_protobuf,
    /// invalid_change, too_deep, too_large. But for protobuf the text is at most some nine times as long as the payload
    /// (MessagePack's extensions of one byte).
    std::optional<MessageError> translate(std::string_view payload, std::string_view& json, bool is_binary = true);
    /// Done with json: gives memory back when it was much.
    void release() noexcept;

private:
    MessageFormat format_;
    std::string separator_;
    std::shared_ptr<const ProtobufTypes> protobuf_;
    std::string json_;
};

/// Makes a payload of the format of one that is a JSON value, or several on lines of their own. Numbers are integers of
/// up to 64 bits where they are whole, else floats of 64; whole ones beyond are bignums in CBOR, and text in
/// MessagePack.
void translate_from_json(MessageFormat format, std::string& payload);
/// The same for a text that somebody has written: of one that is no JSON object or array nothing is made, nor of any in
/// protobuf, where it does not say of which type it is. Whether it is binary now.
bool translate_document(MessageFormat format, std::string& payload);

}  // namespace laminar
