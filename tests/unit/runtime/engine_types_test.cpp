#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "runtime/engine/engine.h"

using namespace laminar;

namespace {

struct TypeCase {
    ColumnType type;
    std::string value;  ///< SQL for the value of row i.
};

ColumnType nested(TypeId id, std::vector<ColumnType::Field> fields, std::uint64_t array_size = 0) {
    ColumnType type(id);
    type.fields = std::move(fields);
    type.array_size = array_size;
    return type;
}

ColumnType decimal(std::uint8_t width, std::uint8_t scale) {
    ColumnType type(TypeId::decimal);
    type.width = width;
    type.scale = scale;
    return type;
}

ColumnType mood() {
    ColumnType type(TypeId::enumeration);
    type.values = {"sad", "ok", "it's \"fine\""};
    return type;
}

ColumnType list_of(ColumnType element) { return nested(TypeId::list, {{"", std::move(element)}}); }

const std::string some_text =
    "CASE WHEN i % 5 = 0 THEN '' WHEN i % 2 = 0 THEN 'é' || i ELSE repeat('lang ', 4) || i END";

std::vector<TypeCase> type_cases() {
    return {
        {TypeId::boolean, "i % 2 = 0"},
        {TypeId::tinyint, "i % 256 - 128"},
        {TypeId::smallint, "i - 1000"},
        {TypeId::integer, "i * 100000"},
        {TypeId::bigint, "i * 1000000000000"},
        {TypeId::hugeint, "(i - 50)::HUGEINT * 100000000000000000000000"},
        {TypeId::utinyint, "i % 256"},
        {TypeId::usmallint, "i"},
        {TypeId::uinteger, "i * 100000"},
        {TypeId::ubigint, "i * 1000000000000"},
        {TypeId::uhugeint, "i::UHUGEINT * 100000000000000000000000"},
        {TypeId::float32, "i / 3"},
        {TypeId::float64, "i / 3"},
        {decimal(4, 1), "i % 900 / 10"},
        {decimal(9, 2), "i / 7"},
        {decimal(18, 3), "i / 7"},
        {decimal(38, 10), "i / 7"},
        {TypeId::varchar, some_text},
        {TypeId::blob, "encode(" + some_text + ")"},
        {TypeId::json, "json_object('i', i, 'text', " + some_text + ")"},
        {TypeId::date, "DATE '1969-12-01' + i::INTEGER"},
        {TypeId::time, "TIME '00:00:00' + to_seconds(i)"},
        {TypeId::time_tz, "'12:34:56.5+0' || (i % 10)"},
        {TypeId::timestamp, "TIMESTAMP '1969-12-31 23:00:00' + to_seconds(i)"},
        {TypeId::timestamp_s, "TIMESTAMP '1969-12-31 23:00:00' + to_seconds(i)"},
        {TypeId::timestamp_ms, "TIMESTAMP '1969-12-31 23:00:00.123' + to_seconds(i)"},
        {TypeId::timestamp_ns, "make_timestamp_ns(i * 1000000007)"},
        {TypeId::timestamp_tz, "TIMESTAMPTZ '2024-06-01 12:00:00+02' + to_seconds(i)"},
        {TypeId::interval, "to_months(i::INTEGER) + to_days(3) + to_microseconds(i)"},
        {TypeId::uuid, "(lpad(to_hex(i), 32, 'f'))"},
        {TypeId::bit, "repeat('10', 1 + (i % 9)::INTEGER)"},
        {mood(), "['sad', 'ok', 'it''s \"fine\"'][1 + i % 3]"},
        {list_of(TypeId::integer), "range(i % 7)"},
        {list_of(list_of(TypeId::varchar)), "[[" + some_text + ", NULL], [], NULL]"},
        {list_of(mood()), "[NULL, 'ok']"},
        {nested(TypeId::array, {{"", TypeId::float32}}, 3), "[i, NULL, i / 2]"},
        {nested(TypeId::array, {{"", list_of(TypeId::varchar)}}, 2), "[[" + some_text + "], NULL]"},
        {nested(TypeId::structure, {{"a", TypeId::integer}, {"b c", list_of(TypeId::varchar)}, {"d", TypeId::bit}}),
         "{'a': nullif(i, 4), 'b c': [" + some_text + "], 'd': '011'}"},
        {nested(TypeId::map, {{"key", TypeId::varchar}, {"value", TypeId::float64}}), "map {'k' || i: i, 'n': NULL}"},
        {nested(TypeId::map, {{"key", TypeId::integer}, {"value", nested(TypeId::structure, {{"x", mood()}})}}),
         "map {i: {'x': 'ok'}}"},
        {nested(TypeId::union_, {{"number", TypeId::integer}, {"text", TypeId::varchar}}),
         "CASE WHEN i % 2 = 0 THEN union_value(number := i::INTEGER)::UNION(number INTEGER, text VARCHAR) "
         "ELSE union_value(text := 't' || i)::UNION(number INTEGER, text VARCHAR) END"},
    };
}

std::string every_third_null(const TypeCase& test, std::size_t rows) {
    return "SELECT CAST(CASE WHEN i % 3 = 2 THEN NULL ELSE " + test.value + " END AS " + to_sql(test.type) +
           ") AS c FROM range(" + std::to_string(rows) + ") AS r(i)";
}

/// All values of a one-column result as text.
std::vector<std::string> texts(const ResultTable& table) {
    REQUIRE(table.values.size() == 1);
    REQUIRE(table.values[0].physical() == PhysicalType::string);
    std::vector<std::string> result;
    for (std::size_t row = 0; row < table.rows; ++row)
        result.push_back(table.values[0].is_valid(row) ? "=" + std::string(table.values[0].string_at(row)) : "NULL");
    return result;
}

}  // namespace

TEST_CASE("every type goes out of the engine and back into it unchanged") {
    const auto engine = Engine::create({});
    for (const TypeCase& test : type_cases()) {
        const std::string type = to_sql(test.type);
        CAPTURE(type);
        const std::string original = every_third_null(test, 5000);
        const ResultTable rows = engine->query(original);
        CHECK(rows.rows == 5000);
        REQUIRE(rows.columns.size() == 1);
        CHECK(rows.columns[0].name == "c");
        CHECK(rows.columns[0].type == test.type);

        const auto slot = engine->create_row_slot("types", rows.columns);
        slot->set_rows(&rows);
        const auto expected = texts(engine->query("SELECT CAST(c AS VARCHAR) FROM (" + original + ")"));
        const auto found = texts(engine->query("SELECT CAST(c AS VARCHAR) FROM " + slot->from_sql()));
        CHECK(found == expected);
        const ResultTable type_name = engine->query("SELECT typeof(c) FROM " + slot->from_sql() + " LIMIT 1");
        const ResultTable declared = engine->query("SELECT typeof(CAST(NULL AS " + type + "))");
        CHECK(texts(type_name) == texts(declared));
    }
}

TEST_CASE("streamed results are the same as collected ones") {
    const auto engine = Engine::create({});
    for (const TypeCase& test : type_cases()) {
        const std::string type = to_sql(test.type);
        CAPTURE(type);
        const auto statement = engine->prepare(every_third_null(test, 5000));
        const ResultTable whole = statement->execute();
        // Rows of the parts, put back into the engine, against the rows of the whole.
        std::vector<std::string> streamed;
        std::size_t parts = 0;
        const auto slot = engine->create_row_slot("whole", whole.columns);
        const std::string text = "SELECT CAST(c AS VARCHAR) FROM " + slot->from_sql();
        std::vector<ResultTable> kept;
        statement->execute([&](const ResultTable& part) {
            ++parts;
            kept.push_back(part);
            return true;
        });
        for (const ResultTable& part : kept) {
            slot->set_rows(&part);
            for (std::string& value : texts(engine->query(text))) streamed.push_back(std::move(value));
        }
        slot->set_rows(&whole);
        CHECK(parts > 1);
        CHECK(streamed == texts(engine->query(text)));
    }
}

TEST_CASE("types that Laminar does not carry come out as text") {
    const auto engine = Engine::create({});
    const ResultTable rows =
        engine->query("SELECT '123456789012345678901234567890123456789012345678901234567890'::BIGNUM;");
    CHECK(rows.columns[0].type == ColumnType(TypeId::varchar));
    CHECK(rows.values[0].string_at(0) == "123456789012345678901234567890123456789012345678901234567890");
}

TEST_CASE("text for a union goes to the member that fits it best") {
    const auto engine = Engine::create({});
    const ColumnType type = nested(
        TypeId::union_,
        {{"whole", TypeId::integer}, {"real", TypeId::float64}, {"at", TypeId::timestamp}, {"yes", TypeId::boolean}});
    ResultTable rows;
    rows.columns = {{"u", type}};
    rows.values.emplace_back(type);
    for (const char* text : {"5", "2.5", "2024-01-01 00:00:00", "true", "1e3", "nothing of these"})
        rows.values[0].append_string(text);
    rows.values[0].append_null();
    rows.rows = 7;
    const auto slot = engine->create_row_slot("union", rows.columns);
    slot->set_rows(&rows);
    const auto tags = texts(engine->query("SELECT CAST(union_tag(u) AS VARCHAR) FROM " + slot->from_sql()));
    CHECK(tags == std::vector<std::string>{"=whole", "=real", "=at", "=yes", "=whole", "NULL", "NULL"});
}

TEST_CASE("text that is not of the declared type fails the statement") {
    const auto engine = Engine::create({});
    ResultTable rows;
    rows.columns = {{"m", mood()}};
    rows.values.emplace_back(mood());
    for (const char* text : {"ok", "furious"}) rows.values[0].append_string(text);
    rows.rows = 2;
    const auto slot = engine->create_row_slot("moods", rows.columns);
    slot->set_rows(&rows);
    std::string type;
    try {
        engine->query("SELECT m FROM " + slot->from_sql());
    } catch (const EngineException& problem) {
        type = problem.error().type;
    }
    CHECK(type == "Conversion");
}
