#include "runtime/plan/flink/expressions/engine_types.h"

#include "parser/write/sql_writer.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/engine_connection.h"
#include "runtime/engine/functions.h"
#include "runtime/engine/prepared_statement.h"

namespace laminar::flink {

namespace {

Engine::Settings settings() {
    Engine::Settings settings;
    settings.spills = false;
    settings.locks_settings = true;
    settings.optimizes = false;
    return settings;
}

constexpr std::size_t most_remembered = 4'096;

}  // namespace

struct EngineTypes::Connection {
    Connection() : engine(settings()) {
        register_functions(engine.get(), function_states);
        function_states.add(engine.get(), function_state);
        register_window_placeholders(engine.get());
        for (const char* macro : window_macros()) engine.execute(macro);
    }

    FunctionState function_state;  // Both outlive the connection, whose functions refer to them.
    FunctionStates function_states;
    EngineConnection engine;
};

EngineTypes::EngineTypes() : connection_(std::make_unique<Connection>()) {}
EngineTypes::~EngineTypes() = default;

std::vector<OutputColumn> EngineTypes::describe(const std::string& sql) {
    if (const auto known = described_.find(sql); known != described_.end()) return known->second;
    std::vector<OutputColumn> columns = prepare_statement(connection_->engine, sql)->columns();
    if (described_.size() == most_remembered) described_.clear();
    described_.emplace(sql, columns);
    return columns;
}

std::optional<std::chrono::microseconds> EngineTypes::length_of(const ast::Expression& interval) {
    const std::string sql = "SELECT epoch_us(i), year(i) <> 0 OR month(i) <> 0 FROM (SELECT CAST((" +
                            write_expression(interval).text + ") AS INTERVAL) AS i)";
    try {
        const ResultTable result = prepare_statement(connection_->engine, sql)->execute();
        if (!result.values[0].is_valid(0) || result.values[1].values<bool>()[0]) return std::nullopt;
        return std::chrono::microseconds(result.values[0].values<std::int64_t>()[0]);
    } catch (const EngineException&) {
        return std::nullopt;
    }
}

}  // namespace laminar::flink
