#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "catalog/objects/column_type.h"

namespace laminar {

/// What a metadata column tells of the message that a row came from.
enum class MetadataFact : std::uint8_t {
    message_id,  ///< Payload field named by message_id_field, else generated.
    connection_name,
    remote_address,  ///< "ip:port" of the peer.
    received_at,     ///< When the last byte of the message was read, UTC, microseconds.
    processed_at,    ///< When the engine took the row, UTC, microseconds.
    message_size,    ///< Payload bytes as received (before inflation).
    message,         ///< Payload as text; NULL for binary messages that are not UTF-8.
    data,            ///< Payload bytes.
    delivery_count,  ///< 1, or more after redelivery.
    of_connector,    ///< What only one connector knows: see ConnectorDescriptor::metadata.
    frame_type,      ///< Whether the message came as text or as binary.
};

/// Declared once, as a constant that lives for ever: its address is what it is known by (MetadataField).
struct MetadataColumn {
    MetadataFact fact = MetadataFact::of_connector;
    std::string_view name = {};
    TypeId type = TypeId::unknown;
    std::string_view help = {};
    // Of a connector:
    std::string_view shown_before = {};  ///< The column that every stream has before which it is shown.
    bool names_peer = false;             ///< It is MessageOrigin::peer. VARCHAR.
    /// Rows find their way back by it, so that no field of a message fills it. With a routing_option only where that
    /// has the routing_value.
    bool routes_rows = false;
    std::string_view routing_option = {};
    std::string_view routing_value = {};
};

/// One of them, as a value.
class MetadataField {
public:
    constexpr explicit MetadataField(const MetadataColumn& column) noexcept : column_(&column) {}

    constexpr const MetadataColumn& operator*() const noexcept { return *column_; }
    constexpr const MetadataColumn* operator->() const noexcept { return column_; }
    [[nodiscard]] friend constexpr bool operator==(MetadataField, MetadataField) noexcept = default;

    // What every connector knows:
    static const MetadataField message_id;
    static const MetadataField connection_name;
    static const MetadataField remote_address;
    static const MetadataField received_at;
    static const MetadataField processed_at;
    static const MetadataField message_size;
    static const MetadataField message;
    static const MetadataField data;
    static const MetadataField delivery_count;

private:
    const MetadataColumn* column_;
};

/// Those that every stream has, in the order in which include_metadata = true shows them. All there are:
/// ConnectorRegistry::metadata_columns.
inline constexpr MetadataColumn common_metadata[] = {
    {MetadataFact::message_id, "message_id", TypeId::varchar,
     "The id in the payload (message_id_field), else a generated one."},
    {MetadataFact::connection_name, "connection_name", TypeId::varchar, "The connection it came through."},
    {MetadataFact::remote_address, "remote_address", TypeId::varchar, "Address and port of the peer."},
    {MetadataFact::received_at, "received_at", TypeId::timestamp, "When its last byte was read, UTC."},
    {MetadataFact::processed_at, "processed_at", TypeId::timestamp, "When the engine took the row, UTC."},
    {MetadataFact::message_size, "message_size", TypeId::bigint, "Bytes of the payload as received."},
    {MetadataFact::message, "message", TypeId::varchar, "The payload as text; NULL when it is binary."},
    {MetadataFact::data, "data", TypeId::blob, "The bytes of the payload."},
    {MetadataFact::delivery_count, "delivery_count", TypeId::integer, "1, or more after redelivery."},
};

inline constexpr MetadataField MetadataField::message_id{common_metadata[0]};
inline constexpr MetadataField MetadataField::connection_name{common_metadata[1]};
inline constexpr MetadataField MetadataField::remote_address{common_metadata[2]};
inline constexpr MetadataField MetadataField::received_at{common_metadata[3]};
inline constexpr MetadataField MetadataField::processed_at{common_metadata[4]};
inline constexpr MetadataField MetadataField::message_size{common_metadata[5]};
inline constexpr MetadataField MetadataField::message{common_metadata[6]};
inline constexpr MetadataField MetadataField::data{common_metadata[7]};
inline constexpr MetadataField MetadataField::delivery_count{common_metadata[8]};

/// The same as fields.
[[nodiscard]] std::span<const MetadataField> common_metadata_columns() noexcept;

/// Columns of such names (__laminar_..., __present_..., in any case) are Laminar's own: neither a declared column nor a
/// field of a message may have one.
[[nodiscard]] bool is_reserved_column_name(std::string_view name);

}  // namespace laminar
