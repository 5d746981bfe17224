#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "catalog/objects/metadata_column.h"

namespace laminar {

struct ColumnRows;

/// A value of what only one connector knows: NULL, a number (BIGINT, TIMESTAMP in microseconds) or text.
using FactValue = std::variant<std::monostate, std::int64_t, std::string>;

/// Who sent a message; shared by all messages of one peer.
struct MessageOrigin {
    std::string connection_name = {};
    std::string peer = {};            ///< Which of the connection's peers, in its words; empty: it has but one.
    std::string remote_address = {};  ///< "ip:port"; empty when there is no network.
    /// What the connector's own metadata columns tell of it, in any order, without the one that names the peer. Those
    /// that are left out are NULL.
    std::vector<std::pair<MetadataField, FactValue>> facts = {};
};

/// One inbound message; the payload is borrowed, and valid during the call alone.
struct Message {
    std::string_view payload;
    bool binary = false;           ///< Bytes, not text.
    std::int64_t received_at = 0;  ///< Microseconds since the epoch, UTC.
    std::uint64_t wire_size = 0;   ///< Payload bytes before inflation.
    std::uint64_t sequence = 0;    ///< Of this connection, from 1: generated message ids are "<connection>-<sequence>".
                                   ///< 0: what has no id but its own.
    std::uint32_t delivery_count = 1;
    bool tracked = false;  ///< Somebody wants to know when it has been processed: ColumnBatch::deliveries names it.
    std::shared_ptr<const MessageOrigin> origin;  ///< May be null.
    /// The same as the payload where the values are there as columns (a Parquet file): row of rows is what it says.
    std::shared_ptr<const ColumnRows> rows = nullptr;
    std::size_t row = 0;
};

/// Appends the id of a message that brings none: "<connection>-<sequence>"; nothing when sequence is 0. origin may be
/// null.
void append_generated_message_id(std::string& target, const MessageOrigin* origin, std::uint64_t sequence);

/// What becomes of an outbound message, for whoever has to know. All copies of the message have the same one: it is
/// done with when none of them is left, unless it is lost. Any thread.
struct SendReceipt {
    std::atomic<bool> lost{false};      ///< Whoever had it gave up before it was sent.
    std::atomic<bool> unheard{false};   ///< It was for everybody, and nobody was there.
    std::atomic<std::uint64_t> end{0};  ///< Of a file: its length with this message, on disk. 0: not yet.
};

/// One outbound message. The payload is shared, so that a broadcast encodes once.
struct OutgoingMessage {
    std::shared_ptr<const std::string> payload;
    bool binary = false;
    std::string peer;  ///< Its receiver, as in MessageOrigin; empty: the only one, or all.
    std::optional<std::int64_t> session = std::nullopt;  ///< It is for that network connection to the peer alone.
    /// In the place of a payload, where rows are handed over as they are (FramingOptions::as_columns).
    std::shared_ptr<const ColumnRows> rows = nullptr;

    /// The id of the message that it acknowledges, where the payload is only made when it is sent (NEXT_ID): until then
    /// it is one like it.
    std::optional<std::string> acknowledges = std::nullopt;
    /// It is sent again in every session that follows, in the place of an earlier one of the same key. Bytes.
    std::optional<std::string> repeat_key = std::nullopt;

    bool handed_over = false;                        ///< Once to the system, though nothing has proven that it arrived.
    std::shared_ptr<SendReceipt> receipt = nullptr;  ///< Null: nobody has to know.

    [[nodiscard]] std::size_t byte_size() const noexcept;
    [[nodiscard]] std::size_t count() const noexcept;  ///< Of the messages it stands for.
};

/// A message that could not be used, with the reason.
struct MessageError {
    /// invalid_json, type_mismatch, missing_field, invalid_utf8, too_deep, too_large, connection, ...
    std::string type;
    std::string message;  ///< What and where, such as: field "price": expected DOUBLE, found string "abc".
    /// The message made rows all the same: without the parts that could not be used, or from a tolerant decoder, with
    /// NULL where it could not be understood.
    bool rows_kept = false;
    /// The part of the payload that it is about: an element of an array, a line. Without an end it is all of it.
    std::size_t part_begin = 0;
    std::size_t part_end = 0;
    /// Of the message, or of that part; empty where nothing can be read of it.
    std::string message_id = {};
    /// The errors of other parts of the message, in their order; not more than is bearable.
    std::vector<MessageError> further = {};
};

}  // namespace laminar
