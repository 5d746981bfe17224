#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "connectors/codec/format/message_format.h"
#include "connectors/codec/format/message_parts.h"
#include "connectors/rows/column_batch.h"
#include "connectors/rows/message.h"

namespace laminar {

struct DecoderOptions {
    MessageFormat format = MessageFormat::json;
    std::string message_id_field = "message_id";  ///< JSON path of the message's id in the payload.
    bool coerce = false;  ///< As if the schema asked for it: the messages come from text without types, such as CSV.
    /// For queries over a connection itself, whose column types are guesses: a value that does not fit is NULL, a
    /// message that cannot be read is one row with all its payload columns NULL and its metadata filled. decode still
    /// returns the first reason, with rows_kept set.
    bool tolerant = false;
    /// Tolerant, and the types are guessed from the values of other messages: that a value does not fit is no error.
    bool guessed_types = false;
};

class MessageDecoder;

/// One of several decoders that a message is for.
struct DecodeTask {
    MessageDecoder* decoder = nullptr;  ///< Borrowed, as the next.
    ColumnBatch* batch = nullptr;
    std::optional<MessageError> error = {};  ///< What decode would have returned.
    /// Which values that would be rows become some; null for all of them. The others are passed over. Borrowed.
    const MessageParts* parts = nullptr;
};

/// Turns messages into rows of one schema. What it reads in a payload is its business: the text of values, as JSON has
/// it, or values themselves. A format that delivers values (Avro, Protobuf, MessagePack) hands them to RowWriter as
/// columns (ColumnRowReader does, for messages that are rows of a file), and nothing makes a text of them. What comes
/// beside a payload (the key and headers of a message) is the connector's metadata: ConnectorDescriptor::metadata.
/// Holds reusable scratch memory: one per input, used by one thread at a time.
class MessageDecoder {
public:
    virtual ~MessageDecoder() = default;
    /// Appends the rows of a message (none, one or several). On error nothing of the message is left in the batch, not
    /// even rows before the one that is wrong, and the reason is returned (tolerant decoders: see DecoderOptions).
    /// Never throws on content.
    virtual std::optional<MessageError> decode(const Message& message, ColumnBatch& batch) = 0;
    /// Does each of the tasks as its decoder would alone; this is the first one's. Decoders of one format share what
    /// work they can.
    virtual void decode_together(const Message& message, std::span<DecodeTask> tasks) {
        for (DecodeTask& task : tasks) task.error = task.decoder->decode(message, *task.batch);
    }
};

/// By the mapping rules of docs/messages.md. In short, for JSON:
/// - One object, an array of objects, or such values on lines of their own; each object is a row. The metadata columns
///   message and data hold the row's own text; for a message of one object the whole payload.
/// - json_path steps name fields (same case first, then any ASCII case) or, in arrays, count elements from 0. Of a
/// field
///   given twice the last counts. A field that is absent is NULL with presence 0; one that is null is NULL.
/// - Values must be what scalar_value.h and nested_json.h accept for the type; JSON columns keep their text as it was
/// sent.
/// - A metadata column with a json_path is filled from the payload first.
/// - A schema that wants nothing of the payload takes anything: what is not JSON is one row, and its text is message;
///   it is an error all the same (rows_kept).
/// - Nesting beyond 512 levels, text that is not UTF-8 and unpaired surrogates are errors.
/// For text, the payload goes to the first VARCHAR or JSON column without metadata; for binary, to the first BLOB;
/// other columns without metadata are absent.
[[nodiscard]] std::unique_ptr<MessageDecoder> make_message_decoder(const DecoderOptions& options,
                                                                   std::shared_ptr<const BatchSchema> schema);

}  // namespace laminar
