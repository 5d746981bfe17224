#pragma once

#include <google/protobuf/descriptor.h>

namespace laminar {

/// The types of google/protobuf/*.proto whose JSON is that of their only field. Those that somebody else has declared
/// under these names, with other fields, are messages like any other.

/// DoubleValue and its kin: a value that may be missing.
[[nodiscard]] inline bool is_scalar_wrapper(const google::protobuf::Descriptor& type) {
    using Type = google::protobuf::Descriptor;
    switch (type.well_known_type()) {
        case Type::WELLKNOWNTYPE_DOUBLEVALUE:
        case Type::WELLKNOWNTYPE_FLOATVALUE:
        case Type::WELLKNOWNTYPE_INT64VALUE:
        case Type::WELLKNOWNTYPE_UINT64VALUE:
        case Type::WELLKNOWNTYPE_INT32VALUE:
        case Type::WELLKNOWNTYPE_UINT32VALUE:
        case Type::WELLKNOWNTYPE_STRINGVALUE:
        case Type::WELLKNOWNTYPE_BYTESVALUE:
        case Type::WELLKNOWNTYPE_BOOLVALUE:
            return type.field_count() == 1;
        default:
            return false;
    }
}

/// Struct and ListValue: objects and arrays of JSON.
[[nodiscard]] inline bool is_json_container(const google::protobuf::Descriptor& type) {
    using Type = google::protobuf::Descriptor;
    const auto known = type.well_known_type();
    return (known == Type::WELLKNOWNTYPE_STRUCT || known == Type::WELLKNOWNTYPE_LISTVALUE) && type.field_count() == 1;
}

}  // namespace laminar
