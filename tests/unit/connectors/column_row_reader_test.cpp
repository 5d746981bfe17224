#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/rows/column_rows.h"
#include "decoder_fixture.h"

using namespace laminar;

namespace {

template <class T>
ColumnVector values(const ColumnType& type, const std::vector<T>& given) {
    ColumnVector column(type);
    for (const T& value : given) {
        if constexpr (std::is_same_v<T, std::string>)
            column.append_string(value);
        else
            column.append(value);
    }
    column.append_null();
    return column;
}

ColumnType decimal(std::uint8_t width, std::uint8_t scale) {
    ColumnType type(TypeId::decimal);
    type.width = width;
    type.scale = scale;
    return type;
}

template <class T>
std::vector<T> limits_of() {
    return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), T{0}, T{1}, T{100}};
}

/// Columns of every type that a file may have, with the values that could go wrong.
std::vector<ColumnVector> all_columns() {
    constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
    const std::vector<std::int64_t> times{
        0, 1'705'314'600'123'456, -1, -62'135'596'800'000'000, 253'402'300'799'999'999, lowest + 1, highest};
    ColumnType list(TypeId::list);
    list.fields.push_back({"", TypeId::integer});
    ColumnVector lists(list);
    lists.child(0).append(std::int32_t{4});
    lists.append_list(1);
    lists.append_null();
    std::vector<ColumnVector> columns;
    columns.push_back(values<std::uint8_t>(TypeId::boolean, {0, 1}));
    columns.push_back(values<std::int8_t>(TypeId::tinyint, limits_of<std::int8_t>()));
    columns.push_back(values<std::int16_t>(TypeId::smallint, limits_of<std::int16_t>()));
    columns.push_back(values<std::int32_t>(TypeId::integer, limits_of<std::int32_t>()));
    columns.push_back(values<std::int64_t>(TypeId::bigint, limits_of<std::int64_t>()));
    columns.push_back(values<std::uint8_t>(TypeId::utinyint, limits_of<std::uint8_t>()));
    columns.push_back(values<std::uint16_t>(TypeId::usmallint, limits_of<std::uint16_t>()));
    columns.push_back(values<std::uint32_t>(TypeId::uinteger, limits_of<std::uint32_t>()));
    columns.push_back(values<std::uint64_t>(TypeId::ubigint, limits_of<std::uint64_t>()));
    columns.push_back(values<Int128>(TypeId::hugeint, {{0, 0}, {5, -1}, {~std::uint64_t{0}, highest}}));
    columns.push_back(values<float>(TypeId::float32, {0.1F, -0.0F, 3e38F, 1e-44F, NAN, INFINITY}));
    columns.push_back(values<double>(TypeId::float64, {0.1, -0.0, 1e308, 5e-324, 1234567.25, NAN, -INFINITY}));
    columns.push_back(values<std::int32_t>(decimal(9, 2), {0, -1, 123456789}));
    columns.push_back(values<Int128>(decimal(38, 10), {{0, 0}, {5, -1}, {99, 7}}));
    columns.push_back(
        values<std::string>(TypeId::varchar, {"", "x", "12", "true", "2024-01-15", "\xC3\xA4\n\"\\", "\xFF"}));
    columns.push_back(values<std::string>(TypeId::blob, {"", std::string("\0\xFF", 2)}));
    columns.push_back(values<std::string>(TypeId::json, {"{\"a\": 1}", "[1,2]", "null", "oops"}));
    columns.push_back(values<Int128>(TypeId::uuid, {{0, 0}, {77, lowest}}));
    columns.push_back(values<std::int32_t>(TypeId::date, {0, 19'737, -719'162, 2'932'896, 2'932'897, -800'000}));
    columns.push_back(values<std::int64_t>(TypeId::time, {0, 1, 86'399'999'999, 86'400'000'000}));
    columns.push_back(values<std::int64_t>(TypeId::timestamp, times));
    columns.push_back(values<std::int64_t>(TypeId::timestamp_tz, times));
    columns.push_back(values<std::int64_t>(TypeId::timestamp_s, {0, 1'705'314'600, 253'402'300'799}));
    columns.push_back(values<std::int64_t>(TypeId::timestamp_ms, {0, 1'705'314'600'123}));
    columns.push_back(values<std::int64_t>(TypeId::timestamp_ns, {0, 1'705'314'600'123'456'789}));
    columns.push_back(std::move(lists));
    return columns;
}

std::shared_ptr<const ColumnRows> rows_of(std::vector<std::string> names, std::vector<ColumnVector> columns) {
    auto rows = std::make_shared<ColumnRows>();
    for (std::size_t index = 0; index < columns.size(); ++index)
        rows->columns.push_back({names[index], columns[index].type()});
    rows->rows = columns.front().size();
    rows->values = std::move(columns);
    return rows;
}

std::string json_of(const ColumnRows& rows, std::size_t row) {
    std::vector<std::string> names;
    for (const OutputColumn& column : rows.columns) names.push_back(column.name);
    std::string json;
    encode_row(names, rows.values, row, json);
    return json;
}

/// What a decoder makes of each row.
std::string decoded(const std::vector<BatchColumn>& columns, const DecoderOptions& options, bool coerce,
                    const std::shared_ptr<const ColumnRows>& rows, bool as_columns) {
    DecoderFixture fixture(columns, options, coerce);
    std::string all;
    for (std::size_t row = 0; row < rows->rows; ++row) {
        const std::string json = json_of(*rows, row);
        Message message;
        message.payload = json;
        message.wire_size = json.size();
        message.sequence = row + 1;
        message.origin = fixture.origin;
        if (as_columns) message.rows = rows;
        message.row = row;
        const std::optional<MessageError> error = fixture.decode(message);
        all += fmt::format("{}|", error ? error->type + ": " + error->message + " " + error->message_id : "");
    }
    for (std::size_t row = 0; row < fixture.batch.rows; ++row) all += "\n" + fixture.row(row);
    all += fmt::format("\n{} messages, {} bytes", fixture.batch.messages, fixture.batch.bytes);
    for (const std::vector<std::uint8_t>& flags : fixture.batch.presence) {
        for (const std::uint8_t flag : flags) all += flag ? '1' : '0';
    }
    return all;
}

void check_same(const std::vector<BatchColumn>& columns, const std::shared_ptr<const ColumnRows>& rows) {
    for (const bool tolerant : {false, true}) {
        for (const bool coerce : {false, true}) {
            DecoderOptions options;
            options.tolerant = tolerant;
            CHECK(decoded(columns, options, coerce, rows, true) == decoded(columns, options, coerce, rows, false));
        }
    }
}

}  // namespace

TEST_CASE("rows of columns: values of every type come to columns of every type as their JSON does") {
    for (const ColumnVector& source : all_columns()) {
        const auto rows = rows_of({"v"}, {source});
        for (const ColumnVector& target : all_columns()) {
            BatchColumn column = payload_column("v", "INTEGER");
            column.type = target.type();
            INFO(to_sql(source.type()), " to ", to_sql(target.type()));
            check_same({column}, rows);
        }
    }
}

TEST_CASE("rows of columns: they are read from the columns, not from the text") {
    const auto rows = rows_of(
        {"n", "s"}, {values<std::int32_t>(TypeId::integer, {1, 2}), values<std::string>(TypeId::varchar, {"a", "b"})});
    DecoderFixture fixture({payload_column("n", "BIGINT"), payload_column("S", "VARCHAR"),
                            metadata_column("message", "VARCHAR", MetadataField::message)});
    Message message;
    message.payload = "whatever";
    message.origin = fixture.origin;
    message.rows = rows;
    for (message.row = 0; message.row < rows->rows; ++message.row) CHECK_FALSE(fixture.decode(message));
    REQUIRE(fixture.batch.rows == 3);
    CHECK(fixture.row(1) == R"([2,"b","whatever"])");
    CHECK(fixture.row(2) == R"([null,null,"whatever"])");
}

TEST_CASE("rows of columns: names in another case, twice or of parts, NOT NULL, DEFAULT and ids are as in JSON") {
    const ColumnVector numbers = values<std::int64_t>(TypeId::bigint, {1, 2});
    const ColumnVector texts = values<std::string>(TypeId::varchar, {"a", "b"});
    BatchColumn required = payload_column("n", "BIGINT");
    required.not_null = true;
    BatchColumn with_default = payload_column("n", "BIGINT");
    with_default.tracks_presence = true;
    BatchColumn by_part = payload_column("p", "BIGINT");
    by_part.take_field("a.b");
    const BatchColumn id = metadata_column("id", "VARCHAR", MetadataField::message_id);
    for (const std::vector<BatchColumn>& columns :
         {std::vector<BatchColumn>{required, id}, {with_default}, {by_part, payload_column("N", "BIGINT")}, {id}}) {
        check_same(columns, rows_of({"N"}, {numbers}));
        check_same(columns, rows_of({"n", "N"}, {numbers, numbers}));
        check_same(columns, rows_of({"N", "n", "n"}, {texts, numbers, texts}));
        check_same(columns, rows_of({"message_id", "n"}, {texts, numbers}));
        check_same(columns, rows_of({"a.b", "other"}, {numbers, numbers}));
    }
}

TEST_CASE("rows of columns: several decoders take a row, each in its way") {
    const auto rows = rows_of({"n"}, {values<std::int32_t>(TypeId::integer, {7})});
    DecoderFixture copies({payload_column("n", "BIGINT")});
    DecoderFixture converts({payload_column("n", "VARCHAR")}, {}, true);
    DecoderFixture refuses({payload_column("n", "VARCHAR")});
    Message message;
    message.payload = R"({"n":7})";
    message.origin = copies.origin;
    message.rows = rows;
    std::vector<DecodeTask> tasks;
    for (DecoderFixture* fixture : {&refuses, &copies, &converts})
        tasks.push_back({fixture->decoder.get(), &fixture->batch});
    refuses.decoder->decode_together(message, tasks);
    REQUIRE(tasks[0].error);
    CHECK(tasks[0].error->message == R"(field "n": expected VARCHAR, found number 7)");
    CHECK_FALSE(tasks[1].error);
    CHECK_FALSE(tasks[2].error);
    CHECK(copies.row(0) == "[7]");
    CHECK(converts.row(0) == R"(["7"])");
    CHECK(refuses.batch.rows == 0);
}
