#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/codec/format/message_format.h"
#include "connectors/codec/format/payload_compression.h"

namespace laminar {

class ProtobufTypes;

/// How several outgoing rows share a message: not at all, as a JSON array, or one JSON value a line.
enum class BatchFraming : std::uint8_t { none, array, ndjson };

/// As which kind of frame rows leave: as what they are made of (bytes as binary), or all as one.
enum class FrameChoice : std::uint8_t { by_content, text, binary };

/// How the rows sent on a connection become messages.
struct FramingOptions {
    MessageFormat format = MessageFormat::json;
    std::shared_ptr<const ProtobufTypes> protobuf = {};  ///< Of that format.
    FrameChoice frames = FrameChoice::by_content;
    BatchFraming framing = BatchFraming::none;
    /// Ends each message, and the rows of one (ndjson) in the place of a line feed; empty: none, and that.
    std::string record_separator = {};
    std::size_t most_rows = 0;         ///< In a message; 0: no limit of its own.
    std::size_t most_bytes = 1 << 20;  ///< A message takes no further row beyond that; one row may be larger.
    PayloadCompressionSettings compression;
    /// A VARCHAR column of that name names a row's receiver (OutgoingMessage::peer) and is no part of the message;
    /// empty: there is none.
    std::string_view peer_column = {};
    std::string_view session_column = {};  ///< The same for OutgoingMessage::session, of an integer type.
    std::string_view frame_column = {};    ///< The same, VARCHAR, for the kind of frame of a row: text or binary.
    bool as_columns = false;  ///< Rows are handed over as they are: OutgoingMessage::rows. Nothing else applies.
};

}  // namespace laminar
