#include "query_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "connectors/registry/builtin_connectors.h"
#include "parser/read/parser.h"
#include "parser/write/sql_writer.h"

namespace laminar::test {
namespace {

ParsedScript parse(std::string_view sql) {
    Diagnostics diagnostics;
    ParsedScript script = parse_script(std::make_shared<const SourceText>("test.sql", std::string(sql)), diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.all()) FAIL_CHECK(sql.substr(0, 200), ": ", diagnostic.message);
    REQUIRE(script.statements.size() == 1);
    return script;
}

template <class T>
T define(std::string_view name, std::string_view sql) {
    ParsedScript script = parse(sql);
    T object;
    object.name = name;
    object.source = script.source;
    object.statement = std::move(script.statements.front());
    return object;
}

ColumnObject column(std::string_view name, TypeId type) {
    ColumnObject object;
    object.name = name;
    object.type = type;
    return object;
}

const ConnectorDescriptor& websocket() {
    static const ConnectorDescriptor descriptor{"websocket", "", nullptr, true, true, true, "", {}};
    return descriptor;
}
const ConnectorDescriptor& generator() {
    static const ConnectorDescriptor descriptor{
        "generator", "",    nullptr, true,
        false,       false, "",      {{"counter", TypeId::bigint}, {"timestamp", TypeId::timestamp}}};
    return descriptor;
}
const ConnectorDescriptor& stdout_connector() {
    static const ConnectorDescriptor descriptor{"stdout", "", nullptr, false, true, false, "", {}};
    return descriptor;
}

ConnectionObject connection(std::string_view name, const ConnectorDescriptor& connector, std::string_view options) {
    auto object = define<ConnectionObject>(name, "CREATE CONNECTION " + std::string(name) + " TO " +
                                                     std::string(connector.name) + " (" + std::string(options) + ")");
    object.connector = &connector;
    return object;
}

TableObject table(std::string_view name, std::string_view connector, std::vector<ColumnObject> columns) {
    TableObject object;
    object.name = name;
    object.options.connector = connector;
    object.columns = std::move(columns);
    return object;
}

}  // namespace

std::optional<std::vector<OutputColumn>> RecordingChecker::check_query(const BoundQuery& query, Diagnostics&) {
    ++checked;
    last = query;
    return std::vector<OutputColumn>{{"checked", TypeId::integer}};
}

std::optional<ColumnType> RecordingChecker::check_expression(const ast::Expression&, const std::vector<OutputColumn>&,
                                                             Diagnostics&) {
    return ColumnType{TypeId::integer};
}

bool RecordingChecker::has_function(std::string_view name) {
    const std::vector<std::string> names = function_names();
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> RecordingChecker::function_names() {
    return {"avg",
            "sum",
            "min",
            "max",
            "upper",
            "lower",
            "length",
            "date_trunc",
            "abs",
            "round",
            "median",
            "concat",
            "json_valid",
            "json_extract",
            "list_transform",
            "quantile_cont",
            "range",
            "string_agg",
            "epoch",
            "to_json",
            "first",
            "date_diff",
            "regexp_matches",
            "json_extract_string"};
}

QueryFixture::QueryFixture() {
    catalog.put(connection("feed", websocket(), "format = 'json'"));
    catalog.put(connection("other_feed", websocket(), "format = 'json'"));
    catalog.put(connection("lines", websocket(), "format = 'text'"));
    catalog.put(connection("packets", websocket(), "format = 'binary'"));
    catalog.put(connection("ticks", generator(), "rows_per_second = 10"));
    catalog.put(connection("out", stdout_connector(), "format = 'json'"));
    catalog.put(table("trades", "feed",
                      {column("symbol", TypeId::varchar), column("price", TypeId::float64),
                       column("quantity", TypeId::bigint), column("traded_at", TypeId::timestamp)}));
    TableObject full = table("full_trades", "feed", {column("symbol", TypeId::varchar)});
    full.options.include_metadata = true;
    catalog.put(std::move(full));
    catalog.put(table("own", "feed", {column("message", TypeId::varchar), column("received_at", TypeId::timestamp)}));
    catalog.put(
        table("accounts", "",
              {column("symbol", TypeId::varchar), column("owner", TypeId::varchar), column("limits", TypeId::json)}));
    catalog.put(table("sink", "", {}));
    PipelineObject totals;
    totals.name = "totals";
    totals.columns = {{"symbol", TypeId::varchar}, {"total", TypeId::float64}};
    catalog.put(std::move(totals));
    FunctionObject twice;
    twice.name = "twice";
    twice.parameters = {"x"};
    catalog.put(std::move(twice));
}

QueryFixture::Outcome QueryFixture::bind(std::string_view sql) {
    const ParsedScript script = parse(sql);
    Outcome outcome;
    outcome.source = sql;
    outcome.diagnostics.set_source(script.source);
    const auto& statement = std::get<ast::SelectStatement>(script.statements.front().node);
    outcome.query =
        QueryBinder(catalog, builtin_connectors(), checker, outcome.diagnostics).bind(script.source, *statement.query);
    return outcome;
}

void QueryFixture::create_view(std::string_view sql) {
    ParsedScript script = parse(sql);
    const auto& statement = std::get<ast::CreateView>(script.statements.front().node);
    ViewObject view;
    view.name = statement.name.text;
    view.source = script.source;
    view.query = *statement.query;
    for (const ast::Identifier& name : statement.columns) view.column_names.push_back(name.text);
    view.statement = script.statements.front();
    catalog.put(std::move(view));
}

std::string QueryFixture::Outcome::sql() const {
    if (!query) return "not bound: " + (findings().empty() ? std::string("no finding") : findings().front());
    SqlWriterOptions options;
    options.scan_text = [](const ast::BoundScan& scan) { return "@" + std::to_string(scan.input); };
    return write_query(query->query, options).text;
}

std::string QueryFixture::Outcome::columns(std::size_t input) const {
    if (!query || input >= query->inputs.size()) return "no such input";
    std::string text;
    for (const InputColumn& column : query->inputs[input].columns) {
        if (!text.empty()) text += ", ";
        text += column.name + " " + (column.type.id == TypeId::unknown ? "?" : to_sql(column.type));
    }
    return text;
}

std::vector<std::string> QueryFixture::Outcome::findings() const {
    std::vector<std::string> texts;
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        const std::string span = source.substr(diagnostic.span.begin, diagnostic.span.end - diagnostic.span.begin);
        std::string text =
            std::string(diagnostic_code_text(diagnostic.code)) + " at `" + span + "`: " + diagnostic.message;
        if (!diagnostic.hint.empty()) text += " | " + diagnostic.hint;
        texts.push_back(std::move(text));
    }
    return texts;
}

std::string QueryFixture::Outcome::only_finding() const {
    const std::vector<std::string> texts = findings();
    if (texts.size() == 1) return texts.front();
    std::string all = std::to_string(texts.size()) + " findings";
    for (const std::string& text : texts) all += "\n" + text;
    return all;
}

}  // namespace laminar::test
