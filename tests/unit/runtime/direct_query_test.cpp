// Queries that are computed without a statement: they are recognized, and their answer is the statement's.

#include "runtime/flow/direct/direct_query.h"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flow_fixture.h"
#include "parser/ast/builders.h"
#include "parser/read/parser.h"
#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/plan/expressions/expression_tools.h"

using namespace laminar;
using namespace laminar::test;

namespace {

/// Rows with everything that comparisons may trip over.
constexpr const char* rows_sql = R"(
    SELECT * FROM (VALUES
        (1,    1::TINYINT, 1::BIGINT,                1::UINTEGER, 1.5::DOUBLE,          'a',  true,  DATE '2024-01-01', TIMESTAMP '2024-01-01 00:00:00',        [1, 2]),
        (2,    -3,         -9223372036854775807,     0,           'nan'::DOUBLE,        'A',  false, DATE '1969-12-31', TIMESTAMP '1969-12-31 23:59:59.999999', []),
        (3,    127,        9223372036854775807,      4294967295,  'inf'::DOUBLE,        '',   NULL,  'infinity'::DATE,  TIMESTAMP '2024-02-29 12:30:00',        NULL),
        (4,    NULL,       NULL,                     NULL,        NULL,                 NULL, true,  NULL,              NULL,                                   NULL),
        (5,    0,          0,                        7,           '-0.0'::DOUBLE,       'aa', false, DATE '2024-01-02', TIMESTAMP '2000-01-03 00:00:00',        [3]),
        (6,    5,          5,                        5,           0.1::DOUBLE,          'ä',  true,  DATE '2024-01-02', TIMESTAMP '1970-01-01 00:00:00',        [4]),
        (7,    5,          6,                        6,           '-inf'::DOUBLE,       'zz', NULL,  DATE '0001-01-01', TIMESTAMP '0001-01-01 00:00:00',        [5])
    ) AS r(id, tiny, big, whole, real, name, flag, day, ts, list))";

class Fixture {
public:
    Fixture() : rows_(engine_->prepare(rows_sql)->execute()), slot_(engine_->create_row_slot("rows", rows_.columns)) {
        slot_->set_rows(&rows_);
    }
    ~Fixture() { slot_->set_rows(nullptr); }

    /// A query of t, bound to the slot.
    static ast::Query bound(const std::string& sql) {
        Diagnostics findings(nullptr);
        const auto source = std::make_shared<const SourceText>("query.sql", sql + ";");
        ParsedScript script = parse_script(source, findings);
        ast::Query query = *std::get<ast::SelectStatement>(script.statements.at(0).node).query;
        if (auto* select = std::get_if<ast::Select>(&query.body.node)) {
            if (select->from && std::holds_alternative<ast::NamedTable>(select->from->node)) {
                select->from->node = ast::BoundScan{0};
                if (!select->from->alias) select->from->alias = ast::TableAlias{ast::Identifier{"t", false, {}}, {}};
            }
        }
        return query;
    }

    std::unique_ptr<PreparedQuery> statement(const ast::Query& query) {
        SqlWriterOptions options;
        options.scan_text = [&](const ast::BoundScan&) { return slot_->from_sql(); };
        return engine_->prepare(write_query(query, options).text);
    }

    std::unique_ptr<DirectQuery> direct(const ast::Query& query) {
        return DirectQuery::make(*engine_, query, {slot_.get(), shown_columns(*slot_)}, statement(query)->columns());
    }

    /// Rows, or why there are none.
    std::vector<std::string> directly(const ast::Query& query) {
        const auto computed = direct(query);
        if (!computed) return {"needs a statement"};
        ResultTable rows = empty_rows(statement(query)->columns());
        if (!computed->run(rows)) return {"needs a statement for these rows"};
        return as_json(rows);
    }
    std::vector<std::string> by_statement(const ast::Query& query) { return as_json(statement(query)->execute()); }

    std::unique_ptr<Engine> engine_ = Engine::create({});
    ResultTable rows_;
    std::unique_ptr<BatchSlot> slot_;
};

ast::Query window_starts(const std::string& size, const std::string& offset) {
    ast::Query query =
        Fixture::bound("SELECT id, ts, " + size + (offset.empty() ? "" : ", " + offset) + " FROM t WHERE id <> 99");
    auto& items = std::get<ast::Select>(query.body.node).items;
    ast::TimeWindow window;
    window.part = ast::TimeWindow::Part::start;
    window.time = items[1].value;
    window.size = items[2].value;
    if (!offset.empty()) {
        window.offset = items[3].value;
        items.pop_back();
    }
    items[2] = make_item(make_cast(ast::Expression{{}, std::move(window)}, "TIMESTAMP", {}), "began");
    return query;
}

}  // namespace

TEST_CASE("a direct query answers as its statement does") {
    Fixture fixture;
    for (const std::string condition : {"tiny = 5",
                                        "tiny <> 5",
                                        "tiny < 300",
                                        "tiny > -129",
                                        "5 >= tiny",
                                        "big > 9223372036854775806",
                                        "big >= -9223372036854775807",
                                        "big = 0",
                                        "whole <= 4294967295",
                                        "whole > -1",
                                        "tiny = big",
                                        "whole >= big",
                                        "tiny < whole",
                                        "real > 1",
                                        "real >= 1.5",
                                        "real = 0",
                                        "real = -0.0",
                                        "real < 1e300",
                                        "real <> 0.1",
                                        "0.1 = real",
                                        "real = real",
                                        "real > real",
                                        "real IN (1.5, 0.1, 3)",
                                        "real BETWEEN 0 AND 2",
                                        "name = 'a'",
                                        "name > 'A'",
                                        "name <= 'aa'",
                                        "name <> ''",
                                        "name IN ('a', 'zz')",
                                        "name NOT IN ('a', 'zz')",
                                        "name >= 'z'",
                                        "flag",
                                        "NOT flag",
                                        "flag = false",
                                        "flag AND real > 0",
                                        "flag OR big > 0",
                                        "NOT (flag AND tiny > 0)",
                                        "NOT (flag OR tiny > 0)",
                                        "flag IS NULL",
                                        "list IS NOT NULL",
                                        "day > DATE '2024-01-01'",
                                        "day = '2024-01-02'",
                                        "day < DATE '9999-12-31'",
                                        "ts >= TIMESTAMP '2000-01-03 00:00:00'",
                                        "ts < '1970-01-01'",
                                        "tiny BETWEEN 0 AND 5",
                                        "tiny NOT BETWEEN 0 AND 5",
                                        "tiny NOT IN (5, 0)",
                                        "t.tiny = 5 AND (t.big = 5 OR t.big = 6)",
                                        "CAST(real AS DOUBLE) > 1 AND name::VARCHAR > ''",
                                        "tiny::DOUBLE >= 0",
                                        "big::DOUBLE >= 9223372036854775806",
                                        "whole::DOUBLE > 0.5 AND whole::BIGINT < 4294967295",
                                        "tiny::SMALLINT = big",
                                        "tiny::BIGINT::DOUBLE IN (5, 127)",
                                        "real > big::DOUBLE",
                                        "tiny = 5 AND big > 5 AND whole = 6 AND id > 0 AND flag"}) {
        CAPTURE(condition);
        const ast::Query query = Fixture::bound("SELECT id, name, list, real::DOUBLE AS r FROM t WHERE " + condition);
        CHECK(fixture.directly(query) == fixture.by_statement(query));
    }
    for (const std::string items :
         {"*", "list, id", "name AS other", "t.ts, t.day, flag", "id, id",
          "tiny::DOUBLE AS d, tiny, tiny::INTEGER AS i", "big::DOUBLE AS d, whole::BIGINT AS w"}) {
        CAPTURE(items);
        const ast::Query query = Fixture::bound("SELECT " + items + " FROM t");
        CHECK(fixture.directly(query) == fixture.by_statement(query));
    }
    for (const std::string size :
         {"INTERVAL '1 second'", "INTERVAL '7' MINUTE", "INTERVAL '1 day'", "INTERVAL '1 week'"}) {
        for (const std::string offset : {"", "INTERVAL '3 seconds'", "INTERVAL '-1 hour'", "INTERVAL '100 days'"}) {
            CAPTURE(size);
            CAPTURE(offset);
            const ast::Query query = window_starts(size, offset);
            CHECK(fixture.directly(query) == fixture.by_statement(query));
        }
    }
}

TEST_CASE("what may fail, or mean something else to the engine, needs a statement") {
    Fixture fixture;
    for (const std::string text : {"id + 1 AS x FROM t",
                                   "1 AS one FROM t",
                                   "CAST(big AS INTEGER) AS x FROM t",
                                   "CAST(tiny AS UTINYINT) AS x FROM t",
                                   "CAST(whole AS INTEGER) AS x FROM t",
                                   "CAST(real AS BIGINT) AS x FROM t",
                                   "id FROM t WHERE name > name || 'a'",
                                   "id FROM t WHERE tiny > 1.5",
                                   "id FROM t WHERE real > '1'",
                                   "id FROM t WHERE tiny > NULL",
                                   "id FROM t WHERE real > big",
                                   "id FROM t WHERE day > TIMESTAMP '2024-01-01 00:00:00'",
                                   "id FROM t WHERE name LIKE 'a%'",
                                   "id FROM t WHERE list = [1]",
                                   "id FROM t WHERE id IN (SELECT 1)",
                                   "id FROM t WHERE big > 9223372036854775808",
                                   "id FROM t WHERE flag AND id + 1 > 2",
                                   "DISTINCT id FROM t",
                                   "id FROM t LIMIT 1",
                                   "id FROM t ORDER BY id",
                                   "count(*) AS n FROM t",
                                   "id FROM t GROUP BY id",
                                   "id FROM t AS t(id, b)",
                                   "row_number() OVER () AS n FROM t",
                                   "id FROM t QUALIFY row_number() OVER () > 1",
                                   "* EXCLUDE (id) FROM t",
                                   "id FROM t WHERE name COLLATE NOCASE = 'a'",
                                   "list[1] AS x FROM t"}) {
        CAPTURE(text);
        CHECK_FALSE(fixture.direct(Fixture::bound("SELECT " + text)));
    }
    CHECK_FALSE(fixture.direct(window_starts("INTERVAL '1 month'", "")));
}

TEST_CASE("a time that is no time of a window is left to the statement") {
    Fixture fixture;
    fixture.rows_ = fixture.engine_
                        ->prepare(std::string("SELECT * REPLACE ('infinity'::TIMESTAMP AS ts) FROM (") + rows_sql +
                                  ") WHERE id = 1")
                        ->execute();
    CHECK(fixture.directly(window_starts("INTERVAL '1 day'", "")) ==
          std::vector<std::string>{"needs a statement for these rows"});
}

TEST_CASE("a direct query sees what its slot shows") {
    Fixture fixture;
    const ast::Query query = Fixture::bound("SELECT id FROM t WHERE id > 1");
    using Rows = std::vector<std::string>;
    fixture.slot_->set_window(1, 3);
    CHECK(fixture.directly(query) == Rows{R"({"id":2})", R"({"id":3})", R"({"id":4})"});
    fixture.slot_->show_all();
    fixture.slot_->skip_row(2);
    fixture.slot_->skip_row(6);
    CHECK(fixture.directly(query) == Rows{R"({"id":2})", R"({"id":4})", R"({"id":5})", R"({"id":6})"});
    fixture.slot_->set_rows(nullptr);
    CHECK(fixture.directly(query) == Rows{"needs a statement for these rows"});
}
