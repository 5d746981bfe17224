#include "server/http/answers/arrow_metadata.h"

#include <flatbuffers/flatbuffers.h>

#include "catalog/objects/column_name.h"

namespace laminar::http {

namespace {

using Builder = flatbuffers::FlatBufferBuilder;
using AnyOffset = flatbuffers::Offset<void>;

// Numbers of Schema.fbs and Message.fbs.
enum ArrowType : std::uint8_t {
    int_type = 2,
    floating_point = 3,
    binary = 4,
    utf8 = 5,
    boolean = 6,
    decimal = 7,
    date = 8,
    time = 9,
    timestamp = 10,
    interval = 11,
    list = 12,
    structure = 13,
    map = 17
};
enum class TimeUnit : std::int16_t { second, millisecond, microsecond, nanosecond };
constexpr std::int16_t metadata_version = 4;  // V5.
constexpr std::uint8_t schema_header = 1;
constexpr std::uint8_t batch_header = 3;
constexpr std::int16_t days = 0;
constexpr std::int16_t months_days_nanoseconds = 2;
constexpr std::uint32_t mark = 0xFFFFFFFF;
constexpr std::size_t alignment = 8;

/// Field number of a table, as its vtable has it.
constexpr flatbuffers::voffset_t slot(unsigned number) { return static_cast<flatbuffers::voffset_t>(4 + 2 * number); }

struct TypeReference {
    std::uint8_t kind = utf8;
    AnyOffset table;
};

/// A table of scalars alone; add adds them. All are written, so that no default has to be known.
template <class Add>
AnyOffset make_table(Builder& builder, Add add) {
    const flatbuffers::uoffset_t start = builder.StartTable();
    builder.ForceDefaults(true);
    add();
    builder.ForceDefaults(false);
    return AnyOffset(builder.EndTable(start));
}

AnyOffset empty_table(Builder& builder) {
    return make_table(builder, [] {});
}

TypeReference integer(Builder& builder, std::int32_t bits, bool is_signed) {
    return {int_type, make_table(builder, [&] {
                builder.AddElement<std::int32_t>(slot(0), bits, 0);
                builder.AddElement<std::uint8_t>(slot(1), is_signed ? 1 : 0, 0);
            })};
}

TypeReference with_unit(Builder& builder, std::uint8_t kind, std::int16_t unit) {
    return {kind, make_table(builder, [&] { builder.AddElement<std::int16_t>(slot(0), unit, 0); })};
}

TypeReference moment(Builder& builder, TimeUnit unit, bool has_zone) {
    const auto zone = has_zone ? builder.CreateString("UTC") : flatbuffers::Offset<flatbuffers::String>();
    return {timestamp, make_table(builder, [&] {
                builder.AddElement<std::int16_t>(slot(0), static_cast<std::int16_t>(unit), 0);
                if (has_zone) builder.AddOffset(slot(1), zone);
            })};
}

TypeReference type_of(Builder& builder, const ColumnType& type) {
    constexpr std::int16_t single = 1;
    constexpr std::int16_t twice = 2;
    switch (type.id) {
        case TypeId::boolean:
            return {boolean, empty_table(builder)};
        case TypeId::tinyint:
            return integer(builder, 8, true);
        case TypeId::smallint:
            return integer(builder, 16, true);
        case TypeId::integer:
            return integer(builder, 32, true);
        case TypeId::bigint:
            return integer(builder, 64, true);
        case TypeId::utinyint:
            return integer(builder, 8, false);
        case TypeId::usmallint:
            return integer(builder, 16, false);
        case TypeId::uinteger:
            return integer(builder, 32, false);
        case TypeId::ubigint:
            return integer(builder, 64, false);
        case TypeId::float32:
            return with_unit(builder, floating_point, single);
        case TypeId::float64:
            return with_unit(builder, floating_point, twice);
        case TypeId::decimal:
            return {decimal, make_table(builder, [&] {
                        builder.AddElement<std::int32_t>(slot(0), type.width, 0);
                        builder.AddElement<std::int32_t>(slot(1), type.scale, 0);
                        builder.AddElement<std::int32_t>(slot(2), 128, 0);
                    })};
        case TypeId::blob:
            return {binary, empty_table(builder)};
        case TypeId::date:
            return with_unit(builder, date, days);
        case TypeId::time:
            return {time, make_table(builder, [&] {
                        builder.AddElement<std::int16_t>(slot(0), static_cast<std::int16_t>(TimeUnit::microsecond), 0);
                        builder.AddElement<std::int32_t>(slot(1), 64, 0);
                    })};
        case TypeId::timestamp:
            return moment(builder, TimeUnit::microsecond, false);
        case TypeId::timestamp_s:
            return moment(builder, TimeUnit::second, false);
        case TypeId::timestamp_ms:
            return moment(builder, TimeUnit::millisecond, false);
        case TypeId::timestamp_ns:
            return moment(builder, TimeUnit::nanosecond, false);
        case TypeId::timestamp_tz:
            return moment(builder, TimeUnit::microsecond, true);
        case TypeId::interval:
            return with_unit(builder, interval, months_days_nanoseconds);
        case TypeId::list:
        case TypeId::array:
            return {list, empty_table(builder)};
        case TypeId::structure:
            return {structure, empty_table(builder)};
        case TypeId::map:
            return {map, make_table(builder, [&] { builder.AddElement<std::uint8_t>(slot(0), 0, 0); })};
        default:
            return {utf8, empty_table(builder)};
    }
}

AnyOffset make_field(Builder& builder, std::string_view name, const ColumnType& type, bool is_nullable = true);

std::vector<AnyOffset> fields_in(Builder& builder, const ColumnType& type) {
    std::vector<AnyOffset> fields;
    if (type.id == TypeId::list || type.id == TypeId::array) {
        fields.push_back(make_field(builder, "item", type.fields.front().type));
    } else if (type.id == TypeId::structure) {
        for (const ColumnType::Field& field : type.fields)
            fields.push_back(make_field(builder, field.name, field.type));
    } else if (type.id == TypeId::map) {
        // A list of pairs, whose keys are never null.
        std::vector<AnyOffset> pair{make_field(builder, "key", type.fields[0].type, false),
                                    make_field(builder, "value", type.fields[1].type)};
        const auto name = builder.CreateString("entries");
        const AnyOffset children(builder.CreateVector(pair.data(), pair.size()).o);
        const AnyOffset table = empty_table(builder);
        fields.push_back(make_table(builder, [&] {
            builder.AddOffset(slot(0), name);
            builder.AddElement<std::uint8_t>(slot(1), 0, 0);
            builder.AddElement<std::uint8_t>(slot(2), structure, 0);
            builder.AddOffset(slot(3), table);
            builder.AddOffset(slot(5), children);
        }));
    }
    return fields;
}

AnyOffset make_field(Builder& builder, std::string_view name, const ColumnType& type, bool is_nullable) {
    const std::vector<AnyOffset> inner = fields_in(builder, type);
    const auto children = builder.CreateVector(inner.data(), inner.size());
    const auto text = builder.CreateString(name.data(), name.size());
    const TypeReference reference = type_of(builder, type);
    return make_table(builder, [&] {
        builder.AddOffset(slot(0), text);
        builder.AddElement<std::uint8_t>(slot(1), is_nullable ? 1 : 0, 0);
        builder.AddElement<std::uint8_t>(slot(2), reference.kind, 0);
        builder.AddOffset(slot(3), reference.table);
        builder.AddOffset(slot(5), children);
    });
}

void append_number(std::string& out, std::uint32_t number) {
    for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift);
}

void append_message(std::string& out, Builder& builder, std::uint8_t kind, AnyOffset header, std::int64_t body_length) {
    const AnyOffset message = make_table(builder, [&] {
        builder.AddElement<std::int64_t>(slot(3), body_length, 0);
        builder.AddOffset(slot(2), header);
        builder.AddElement<std::int16_t>(slot(0), metadata_version, 0);
        builder.AddElement<std::uint8_t>(slot(1), kind, 0);
    });
    builder.Finish(message);
    const std::size_t padding = (alignment - builder.GetSize() % alignment) % alignment;
    append_number(out, mark);
    append_number(out, static_cast<std::uint32_t>(builder.GetSize() + padding));
    out.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
    out.append(padding, '\0');
}

}  // namespace

bool is_arrow_text(const ColumnType& type) noexcept {
    switch (type.id) {
        case TypeId::unknown:
        case TypeId::hugeint:
        case TypeId::uhugeint:
        case TypeId::varchar:
        case TypeId::json:
        case TypeId::time_tz:
        case TypeId::uuid:
        case TypeId::bit:
        case TypeId::enumeration:
        case TypeId::union_:
            return true;
        default:
            return false;
    }
}

void append_arrow_schema(std::string& out, const std::vector<OutputColumn>& columns) {
    Builder builder;
    std::vector<AnyOffset> made;
    for (const OutputColumn& column : columns)
        made.push_back(make_field(builder, shown_column_name(column.name), column.type));
    const auto fields = builder.CreateVector(made.data(), made.size());
    const AnyOffset schema = make_table(builder, [&] {
        builder.AddElement<std::int16_t>(slot(0), 0, 0);  // Little endian.
        builder.AddOffset(slot(1), fields);
    });
    append_message(out, builder, schema_header, schema, 0);
}

void append_arrow_batch(std::string& out, std::int64_t rows, const std::vector<ArrowNode>& nodes,
                        const std::vector<ArrowBuffer>& buffers, std::int64_t body_length) {
    static_assert(sizeof(ArrowNode) == 16 && sizeof(ArrowBuffer) == 16);  // As the structs of Message.fbs.
    Builder builder;
    const auto made_nodes = builder.CreateVectorOfStructs(nodes.data(), nodes.size());
    const auto made_buffers = builder.CreateVectorOfStructs(buffers.data(), buffers.size());
    const AnyOffset batch = make_table(builder, [&] {
        builder.AddElement<std::int64_t>(slot(0), rows, 0);
        builder.AddOffset(slot(1), made_nodes);
        builder.AddOffset(slot(2), made_buffers);
    });
    append_message(out, builder, batch_header, batch, body_length);
}

void append_arrow_end(std::string& out) {
    append_number(out, mark);
    append_number(out, 0);
}

}  // namespace laminar::http
