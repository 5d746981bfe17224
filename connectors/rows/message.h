#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

struct ColumnRows;

/// Who sent a message; shared by all messages of one peer.
struct MessageOrigin {
    std::string connection_name = {};
    std::string client_id = {};         ///< Server mode; empty otherwise.
    std::int64_t session_id = 0;        ///< Which of the connection's sessions; 0 when there is no network.
    std::string remote_address = {};    ///< "ip:port"; empty when there is no network.
    std::string tls_subject = {};       ///< Server mode: of the client's certificate; empty without one.
    std::string query_parameters = {};  ///< Server mode: those of the client's request, as a JSON object; empty: none.
};

/// One inbound message; the payload is borrowed, and valid during the call alone.
struct Message {
    std::string_view payload;
    bool binary = false;           ///< Opcode 2.
    std::int64_t received_at = 0;  ///< Microseconds since the epoch, UTC.
    std::uint64_t wire_size = 0;   ///< Payload bytes before inflation.
    std::uint64_t sequence = 0;    ///< Of this connection, from 1: generated message ids are "<connection>-<sequence>".
                                   ///< 0: what has no id but its own.
    std::uint32_t delivery_count = 1;
    bool tracked = false;  ///< Somebody wants to know when it has been processed: ColumnBatch::deliveries names it.
    std::shared_ptr<const MessageOrigin> origin;  ///< May be null.
};

/// Appends the id of a message that brings none: "<connection>-<sequence>"; nothing when sequence is 0. origin may be
/// null.
void append_generated_message_id(std::string& target, const MessageOrigin* origin, std::uint64_t sequence);

/// One outbound message. The payload is shared, so that a broadcast encodes once.
struct OutgoingMessage {
    std::shared_ptr<const std::string> payload;
    bool binary = false;
    std::string client_id;  ///< Server mode: its receiver; empty: every client (broadcast).
    std::optional<std::int64_t> session_id = std::nullopt;  ///< It belongs to that session alone.
    /// In the place of a payload, where rows are handed over as they are (FramingOptions::as_columns).
    std::shared_ptr<const ColumnRows> rows = nullptr;

    bool handed_over = false;  ///< Once to the system, though nothing has proven that it arrived.

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
