#include "catalog/objects/metadata_column.h"

#include <array>

#include "catalog/objects/column_name.h"
#include "parser/text/ascii.h"

namespace laminar {

std::span<const MetadataField> common_metadata_columns() noexcept {
    static constexpr std::array fields{MetadataField::message_id,     MetadataField::connection_name,
                                       MetadataField::remote_address, MetadataField::received_at,
                                       MetadataField::processed_at,   MetadataField::message_size,
                                       MetadataField::message,        MetadataField::data,
                                       MetadataField::delivery_count};
    return fields;
}

bool is_reserved_column_name(std::string_view name) {
    const auto begins_with = [&](std::string_view prefix) {
        return name.size() >= prefix.size() && equals_ignoring_case(name.substr(0, prefix.size()), prefix);
    };
    return begins_with("__laminar_") || begins_with("__present_") || name.find(column_mark) != std::string_view::npos;
}

}  // namespace laminar
