#include "flow_fixture.h"

#include <stdexcept>

#include "connectors/registry/builtin_connectors.h"
#include "parser/read/parser.h"
#include "runtime/flow/inputs/relation_input.h"
#include "runtime/flow/inputs/table_input.h"
#include "runtime/flow/inputs/upstream_input.h"
#include "runtime/flow/rows/failed_rows.h"
#include "runtime/flow/sinks/sink_shape.h"
#include "runtime/flow/sinks/stored_table_sink.h"
#include "runtime/plan/planned_query.h"

namespace laminar::test {

namespace {

class CollectingSink final : public SinkWriter {
public:
    explicit CollectingSink(std::shared_ptr<CollectedRows> collected) : collected_(std::move(collected)) {}

    std::vector<RefusedRow> write(const ResultTable& rows, unsigned) override {
        for (const std::string& row : as_json(rows)) collected_->rows.push_back(row);
        return {};
    }
    void expect_changes(const std::vector<std::string>&) override {}
    std::vector<RefusedRow> write_changes(const ResultTable& removed, const ResultTable& added, unsigned) override {
        for (const std::string& row : as_json(removed)) collected_->rows.push_back(row + " -");
        return write(added, 0);
    }
    bool flush() override { return !collected_->is_full; }

private:
    std::shared_ptr<CollectedRows> collected_;
};

const FunctionNames& aggregates() {
    static const FunctionNames names{"count", "sum", "min", "max", "avg"};
    return names;
}

}  // namespace

std::vector<std::string> as_json(const ResultTable& rows) {
    std::vector<std::string> texts;
    for (std::size_t row = 0; row < rows.rows; ++row) texts.push_back(row_as_json(rows, row));
    return texts;
}

FlowFixture::FlowFixture(const std::string& script) {
    declare("CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:1/', format = 'json');" +
            script);
}

void FlowFixture::declare(const std::string& script) {
    Diagnostics diagnostics;
    const auto source = std::make_shared<const SourceText>("flow.sql", script);
    const ParsedScript parsed = parse_script(source, diagnostics);
    diagnostics.set_source(source);
    const auto checker = make_query_checker();
    Binder binder(catalog, builtin_connectors(), *checker, diagnostics);
    for (const ast::Statement& statement : parsed.statements) {
        const auto bound = binder.bind(parsed.source, statement);
        if (!bound) throw std::runtime_error(diagnostics.all().front().message);
        apply_to_catalog(*bound, catalog);
        const auto* create = std::get_if<BoundCreate>(&bound->node);
        if (!create) continue;
        if (const auto* table = std::get_if<TableObject>(&create->object)) add(*table);
        if (const auto* pipeline = std::get_if<PipelineObject>(&create->object)) add(*pipeline, *create->query, source);
    }
}

void FlowFixture::add(const TableObject& table) {
    if (table.is_stored()) {
        std::string columns;
        for (const ColumnObject& column : table.columns)
            columns += (columns.empty() ? "" : ", ") + column.name + " " + to_sql(column.type) +
                       (column.not_null ? " NOT NULL" : "");
        engine->execute("CREATE TABLE " + engine_table_name(table.name) + " (" + columns + ")");
        return;
    }
    const auto schema = table_batch_schema(table, MessageFormat::json);
    auto channel = std::make_shared<InputChannel>(schema, make_message_decoder({}, schema), InputChannel::Limits{});
    graph.add_table(table.name, StreamInput::for_table(*engine, table, channel));
    channels[table.name] = std::move(channel);
}

void FlowFixture::add(const PipelineObject& pipeline, const BoundQuery& query, const SourceTextPtr& source) {
    std::vector<std::unique_ptr<PipelineInput>> inputs;
    std::map<const StreamInput*, std::shared_ptr<PastRows>> past_rows;
    for (const QueryInput& input : query.inputs) {
        if (input.kind == InputKind::stream_table) {
            StreamInput& stream = *graph.find_table(input.object);
            auto& past = past_rows[&stream];
            if (!past) past = std::make_shared<PastRows>(stream);
            inputs.push_back(std::make_unique<TableInput>(input, stream, InputOrigin{"feed", {}, 0, {}},
                                                          input_time(*catalog.find_as<TableObject>(input.object)),
                                                          past));
        } else if (input.kind == InputKind::pipeline) {
            inputs.push_back(std::make_unique<UpstreamInput>(input, graph.find_pipeline(input.object)->output()));
        } else {
            inputs.push_back(std::make_unique<RelationInput>(input));
        }
    }
    std::vector<OutputColumn> columns;
    std::string stored;
    if (!pipeline.sink.empty()) {
        const TableObject& table = *catalog.find_as<TableObject>(pipeline.sink);
        columns = sink_columns(table, pipeline.sink_columns);
        stored = table.name;
    }
    const auto make_sink = [this, &pipeline, stored](
                               Engine& to, const std::vector<OutputColumn>& made) -> std::unique_ptr<SinkWriter> {
        if (!stored.empty())
            return make_stored_table_sink(to, *catalog.find_as<TableObject>(stored), pipeline.name + ":sink", made);
        sinks[pipeline.name] = std::make_shared<CollectedRows>();
        return std::make_unique<CollectingSink>(sinks[pipeline.name]);
    };
    auto running = std::make_unique<RunningPipeline>(*engine, pipeline.name, query, pipeline.facts, std::move(inputs),
                                                     std::move(columns), make_sink, source, aggregates());
    running->set_options(pipeline.options);
    graph.add_pipeline(std::move(running), pipeline.sink, stored);
}

void FlowFixture::offer(const std::string& table, const std::string& json) {
    Message message;
    message.payload = json;
    if (const auto error = channels.at(table)->offer(message)) throw std::runtime_error(error->message);
}

std::vector<std::string> FlowFixture::take(const std::string& pipeline) {
    return std::exchange(sinks.at(pipeline)->rows, {});
}

std::vector<std::string> FlowFixture::query(const std::string& sql) { return as_json(engine->query(sql)); }

}  // namespace laminar::test
