#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/message_encoder.h"
#include "decoder_fixture.h"

using namespace laminar;

namespace {

const std::vector<std::string> every_type = {"BOOLEAN",
                                             "TINYINT",
                                             "SMALLINT",
                                             "INTEGER",
                                             "BIGINT",
                                             "HUGEINT",
                                             "UTINYINT",
                                             "USMALLINT",
                                             "UINTEGER",
                                             "UBIGINT",
                                             "UHUGEINT",
                                             "FLOAT",
                                             "DOUBLE",
                                             "DECIMAL(4,1)",
                                             "DECIMAL(9,9)",
                                             "DECIMAL(18,6)",
                                             "DECIMAL(38,20)",
                                             "VARCHAR",
                                             "BLOB",
                                             "JSON",
                                             "DATE",
                                             "TIME",
                                             "TIMESTAMP",
                                             "TIMESTAMP_S",
                                             "TIMESTAMP_MS",
                                             "TIMESTAMP_NS",
                                             "TIMESTAMP WITH TIME ZONE",
                                             "INTERVAL",
                                             "UUID",
                                             "BIT",
                                             "ENUM('a', 'b')",
                                             "INTEGER[]",
                                             "VARCHAR[3]",
                                             "STRUCT(a DOUBLE, b VARCHAR[])",
                                             "MAP(VARCHAR, HUGEINT)",
                                             "MAP(TIMESTAMP, DECIMAL(10,2))",
                                             "MAP(BIGINT[], VARCHAR)"};

using Random = std::mt19937_64;

std::string random_text(Random& random) {
    static const std::vector<std::string> pieces = {"a", "\"", "\\", "\n", "é", "😀", "\x01", " ", "0", "null", "/"};
    std::string text;
    for (std::size_t length = random() % 12; length > 0; --length) text += pieces[random() % pieces.size()];
    return text;
}

template <class T>
void append_integer_bits(ColumnVector& column, Random& random) {
    column.append(static_cast<T>(random() >> (random() % 64)));
}

/// Any value the type may hold, often an extreme one.
void append_random(ColumnVector& column, Random& random) {
    if (random() % 8 == 0) return column.append_null();
    const std::uint64_t bits = random();
    switch (column.type().id) {
        case TypeId::boolean:
            return column.append<std::uint8_t>(bits & 1U);
        case TypeId::decimal: {
            std::int64_t limit = 1;
            for (int digit = 0; digit < column.type().width && digit < 18; ++digit) limit *= 10;
            const std::int64_t sign = (bits & 1U) != 0 ? -1 : 1;
            const std::int64_t value = sign * static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit));
            switch (column.physical()) {
                case PhysicalType::int16:
                    return column.append(static_cast<std::int16_t>(value));
                case PhysicalType::int32:
                    return column.append(static_cast<std::int32_t>(value));
                case PhysicalType::int64:
                    return column.append(value);
                default:
                    return column.append(Int128{bits, value});
            }
        }
        case TypeId::float32:
            return column.append(static_cast<float>(static_cast<double>(bits) / 3e15));
        case TypeId::float64:
            return column.append(static_cast<double>(bits) / static_cast<double>(random() | 1U));
        case TypeId::date:
            return column.append(static_cast<std::int32_t>(bits % 4'000'000) - 2'000'000);
        case TypeId::time:
            return column.append(static_cast<std::int64_t>(bits % 86'400'000'001));
        case TypeId::timestamp:
        case TypeId::timestamp_tz:
            return column.append(static_cast<std::int64_t>(bits) / 8);
        case TypeId::timestamp_s:
            return column.append(static_cast<std::int64_t>(bits) / 8'000'000);
        case TypeId::timestamp_ms:
            return column.append(static_cast<std::int64_t>(bits) / 8'000);
        case TypeId::timestamp_ns:
            return column.append(static_cast<std::int64_t>(bits) / 2);
        case TypeId::interval:
            return column.append(IntervalValue{static_cast<std::int32_t>(bits % 1000) - 500,
                                               static_cast<std::int32_t>(random() % 1000) - 500,
                                               static_cast<std::int64_t>(random()) / 16});
        case TypeId::varchar:
            return column.append_string(random_text(random));
        case TypeId::blob:
            return column.append_string(std::string_view(reinterpret_cast<const char*>(&bits), bits % 9));
        case TypeId::json: {
            std::string text = "{\"k\" : [1.0,";
            append_json_quoted(text, random_text(random));
            return column.append_string(text + "]}");
        }
        case TypeId::bit:
            return column.append_string("0110");
        case TypeId::enumeration:
            return column.append_string("b");
        case TypeId::structure:
            for (std::size_t child = 0; child < column.child_count(); ++child)
                append_random(column.child(child), random);
            return column.append_structure();
        case TypeId::list:
        case TypeId::array: {
            const std::size_t length = column.type().id == TypeId::array ? 3 : bits % 4;
            for (std::size_t element = 0; element < length; ++element) append_random(column.child(0), random);
            return column.append_list(static_cast<std::uint32_t>(length));
        }
        case TypeId::map: {
            ColumnVector& entries = column.child(0);
            const std::size_t size = entries.size();
            do {
                entries.child(0).truncate(size);
                append_random(entries.child(0), random);
            } while (!entries.child(0).is_valid(size));
            append_random(entries.child(1), random);
            entries.append_structure();
            return column.append_list(1);
        }
        default:
            break;
    }
    switch (column.physical()) {
        case PhysicalType::int8:
            return append_integer_bits<std::int8_t>(column, random);
        case PhysicalType::int16:
            return append_integer_bits<std::int16_t>(column, random);
        case PhysicalType::int32:
            return append_integer_bits<std::int32_t>(column, random);
        case PhysicalType::int64:
            return append_integer_bits<std::int64_t>(column, random);
        case PhysicalType::uint8:
            return append_integer_bits<std::uint8_t>(column, random);
        case PhysicalType::uint16:
            return append_integer_bits<std::uint16_t>(column, random);
        case PhysicalType::uint32:
            return append_integer_bits<std::uint32_t>(column, random);
        case PhysicalType::uint64:
            return append_integer_bits<std::uint64_t>(column, random);
        default:
            return column.append(Int128{bits, static_cast<std::int64_t>(random())});
    }
}

/// Whether two columns hold the very same value in a row: not the same text, the same bits.
bool same_value(const ColumnVector& a, std::size_t row_a, const ColumnVector& b, std::size_t row_b) {
    if (a.is_valid(row_a) != b.is_valid(row_b)) return false;
    if (!a.is_valid(row_a)) return true;
    switch (a.physical()) {
        case PhysicalType::string:
            return a.string_at(row_a) == b.string_at(row_b);
        case PhysicalType::list: {
            const ListEntry x = a.values<ListEntry>()[row_a];
            const ListEntry y = b.values<ListEntry>()[row_b];
            if (x.length != y.length) return false;
            for (std::size_t at = 0; at < x.length; ++at) {
                if (!same_value(a.child(0), x.offset + at, b.child(0), y.offset + at)) return false;
            }
            return true;
        }
        case PhysicalType::structure:
            for (std::size_t child = 0; child < a.child_count(); ++child) {
                if (!same_value(a.child(child), row_a, b.child(child), row_b)) return false;
            }
            return true;
        default: {
            const std::size_t width = physical_width(a.physical());
            return std::memcmp(a.values<char>() + row_a * width, b.values<char>() + row_b * width, width) == 0;
        }
    }
}

std::vector<BatchColumn> columns_of_every_type() {
    std::vector<BatchColumn> columns;
    for (std::size_t index = 0; index < every_type.size(); ++index)
        columns.push_back(payload_column("c" + std::to_string(index), every_type[index]));
    return columns;
}

std::vector<std::string> names_of(const DecoderFixture& fixture) {
    std::vector<std::string> names;
    for (const BatchColumn& column : fixture.schema->columns) names.push_back(column.name);
    return names;
}

}  // namespace

TEST_CASE("what the encoder writes the decoder reads back, bit for bit, for every type") {
    Random random(20240115);
    DecoderFixture original(columns_of_every_type());
    DecoderFixture decoded(columns_of_every_type());
    const std::vector<std::string> names = names_of(original);
    for (std::size_t row = 0; row < 500; ++row) {
        for (ColumnVector& column : original.batch.columns) append_random(column, random);
        std::string text;
        encode_row(names, original.batch.columns, row, text);
        CAPTURE(text);
        REQUIRE(decoded.refusal(text) == "");
        for (std::size_t column = 0; column < names.size(); ++column) {
            CAPTURE(every_type[column]);
            REQUIRE(same_value(original.batch.columns[column], row, decoded.batch.columns[column], row));
        }
    }
}

TEST_CASE("whatever is done to a message, the decoder neither fails nor leaves part of it") {
    Random random(7);
    DecoderFixture source(columns_of_every_type());
    const std::vector<std::string> names = names_of(source);
    DecoderOptions tolerant;
    tolerant.tolerant = true;
    std::vector<BatchColumn> columns = columns_of_every_type();
    columns.push_back(metadata_column("message", "VARCHAR", MetadataField::message));
    columns.push_back(path_column("deep", "INTEGER", {"c33", "b", "0"}));
    DecoderFixture strict(columns);
    DecoderFixture lenient(columns, tolerant, true);
    static constexpr std::string_view inserts[] = {"{",     "}",  "[",   "]",    ",",    ":", "\"",
                                                   "\\u12", "\n", "1e9", "null", "\xFF", "9"};
    std::size_t refused = 0;
    for (std::size_t round = 0; round < 3000; ++round) {
        if (round % 200 == 0) strict.batch.clear();
        if (round % 200 == 0) lenient.batch.clear();
        source.batch.clear();
        for (ColumnVector& column : source.batch.columns) append_random(column, random);
        std::string text;
        encode_row(names, source.batch.columns, 0, text);
        for (std::size_t edits = random() % 4; edits > 0 && !text.empty(); --edits) {
            const std::size_t at = random() % text.size();
            switch (random() % 4) {
                case 0:
                    text[at] = static_cast<char>(random());
                    break;
                case 1:
                    text.erase(at, random() % 8);
                    break;
                case 2:
                    text.insert(at, inserts[random() % std::size(inserts)]);
                    break;
                default:
                    text.resize(at);
            }
        }
        const std::size_t rows = strict.batch.rows;
        if (strict.decode(text)) {
            ++refused;
            REQUIRE(strict.batch.rows == rows);
        }
        (void)lenient.decode(text);
        for (const DecoderFixture* fixture : {&strict, &lenient}) {
            for (const ColumnVector& column : fixture->batch.columns) REQUIRE(column.size() == fixture->batch.rows);
        }
        // What is there can be read in whole.
        if (strict.batch.rows > 0) (void)strict.row(strict.batch.rows - 1);
        if (lenient.batch.rows > 0) (void)lenient.row(lenient.batch.rows - 1);
    }
    CHECK(refused > 500);
    CHECK(refused < 2900);
}

TEST_CASE("outgoing messages are objects, or the bare value of a single JSON, text or BLOB column") {
    struct Case {
        std::vector<std::string> types;
        std::string payload;
        std::string expected;
        bool binary = false;
        MessageFormat format = MessageFormat::json;
    };
    const std::vector<Case> cases = {
        {{"VARCHAR"}, R"({"c0":"a \"b\""})", "a \"b\"", false, MessageFormat::text},
        {{"VARCHAR"}, R"({"c0":"a \"b\""})", R"("a \"b\"")"},
        {{"VARCHAR"}, R"({"c0":" {\"b\": [1e999, \"\\u00e9\"]}\n"})", " {\"b\": [1e999, \"\\u00e9\"]}\n"},
        {{"VARCHAR"}, R"({"c0":"12"})", "12"},
        {{"VARCHAR"}, R"({"c0":"1 2"})", R"("1 2")"},
        {{"VARCHAR"}, R"({"c0":"{\"a\":1}\u0000"})", R"("{\"a\":1}\u0000")"},
        {{"VARCHAR"}, R"({"c0":"\"\\udc00\""})", R"("\"\\udc00\"")"},
        {{"VARCHAR"}, R"({"c0":""})", R"("")"},
        {{"JSON"}, R"({"c0":{"x": 1}})", "{\"x\": 1}"},
        {{"BLOB"}, R"({"c0":"AQI="})", "\x01\x02", true},
        {{"VARCHAR"}, "{}", "", false, MessageFormat::text},
        {{"VARCHAR"}, "{}", "null"},
        {{"JSON"}, "{}", "null"},
        {{"INTEGER"}, R"({"c0":5})", R"({"c0":5})"},
        {{"VARCHAR", "JSON", "DOUBLE"}, "{\"c0\":\"x\",\"c1\":[1,\n2],\"c2\":1}", R"({"c0":"x","c1":[1, 2],"c2":1.0})"},
    };
    for (const Case& test : cases) {
        CAPTURE(test.payload);
        std::vector<BatchColumn> columns;
        std::vector<OutputColumn> outputs;
        std::vector<std::size_t> all;
        for (std::size_t index = 0; index < test.types.size(); ++index) {
            columns.push_back(payload_column("c" + std::to_string(index), test.types[index]));
            outputs.push_back({columns.back().name, columns.back().type});
            all.push_back(index);
        }
        DecoderFixture fixture(columns);
        REQUIRE(fixture.refusal(test.payload) == "");
        MessageEncoder encoder;
        encoder.set_columns(outputs, all, test.format);
        std::string text;
        CHECK(encoder.encode(fixture.batch.columns, 0, text) == test.binary);
        CHECK(text == test.expected);
    }
}

TEST_CASE("JSON text is valid whatever the bytes") {
    std::string text;
    append_json_quoted(text, "\x7F \xC3( \xF0\x9F\x98\x80 \x1F\b\f");
    CHECK(text == "\"\x7F \xEF\xBF\xBD( \xF0\x9F\x98\x80 \\u001f\\b\\f\"");
}
