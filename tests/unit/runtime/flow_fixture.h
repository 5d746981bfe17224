#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/bind/binder.h"
#include "catalog/objects/catalog.h"
#include "connectors/delivery/input_channel.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/progress.h"
#include "runtime/flow/sinks/sink_writer.h"
#include "runtime/flow/stream_graph.h"

namespace laminar::test {

/// A sink in memory. Rows that are taken back are followed by " -".
struct CollectedRows {
    std::vector<std::string> rows;
    bool is_full = false;  ///< It takes nothing more for now.
};

/// Tables and pipelines as they flow, without a database: declared in SQL, fed message by message, moved cycle by
/// cycle.
class FlowFixture {
public:
    /// Every stream table gets a channel of its own.
    explicit FlowFixture(const std::string& script);
    ~FlowFixture() { graph.clear(); }

    /// More of it, between cycles.
    void declare(const std::string& script);
    /// Offers a message to a table.
    void offer(const std::string& table, const std::string& json);
    /// One cycle.
    bool cycle() { return graph.cycle(*engine, TakeIn::everything); }
    /// What a pipeline without INSERT has delivered since the last time.
    std::vector<std::string> take(const std::string& pipeline);
    /// The rows of a query over the engine's tables.
    std::vector<std::string> query(const std::string& sql);
    [[nodiscard]] RunningPipeline& pipeline(const std::string& name) { return *graph.find_pipeline(name); }

    std::unique_ptr<Engine> engine = Engine::create({});
    Catalog catalog;
    Progress progress;
    StreamGraph graph{progress};
    std::map<std::string, std::shared_ptr<InputChannel>> channels;
    std::map<std::string, std::shared_ptr<CollectedRows>> sinks;

private:
    void add(const TableObject& table);
    void add(const PipelineObject& pipeline, const BoundQuery& query, const SourceTextPtr& source);
};

/// Each row as JSON.
[[nodiscard]] std::vector<std::string> as_json(const ResultTable& rows);

}  // namespace laminar::test
