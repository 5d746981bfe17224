#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "catalog/objects/accept_condition.h"
#include "catalog/objects/column_type.h"
#include "catalog/objects/connector_descriptor.h"
#include "catalog/objects/metadata_column.h"
#include "catalog/objects/time_reading.h"
#include "catalog/options/json_path.h"
#include "catalog/options/message_condition.h"
#include "catalog/options/option_set.h"
#include "parser/ast/statement.h"

namespace laminar {

/// Every object keeps the statement that made it, for SHOW CREATE; spans in it refer to source.
struct Definition {
    std::string name;  ///< As the user spelled it at creation; looked up without regard to case.
    SourceTextPtr source;
    ast::Statement statement;
    std::vector<std::string> dependencies;           ///< Names of the connections and relations it refers to directly.
    std::vector<std::string> function_dependencies;  ///< Names of the declared functions it calls directly.
};

struct ConnectionObject : Definition {
    const ConnectorDescriptor* connector = nullptr;   ///< Owned by the registry, which outlives the catalog.
    std::shared_ptr<const ConnectorOptions> options;  ///< Checked; secret references still unresolved.
    std::string table;  ///< The table whose options declare it, which it comes and goes with; empty: none.
};

struct ColumnObject {
    std::string name;
    ColumnType type;
    bool not_null = false;
    bool primary_key = false;
    ast::ExpressionBox default_value;    ///< Empty without DEFAULT.
    ast::ExpressionBox computed;         ///< Over other columns and metadata: it has this value and no other.
    std::vector<std::string> json_path;  ///< Steps into the row; empty: it takes the field of its name.
    bool takes_all = false;              ///< The path has no steps: it takes the row, or the message, itself.
    bool of_message = false;             ///< The steps are into the whole message, not into the row.
    TimeReading time;
    std::optional<MetadataField> metadata;  ///< Filled from it when the payload has no such field.
    bool never_filled = false;              ///< Nothing in a message of the connection goes to it.
};

/// Which rows of a connection a table shows.
enum class TableStream : std::uint8_t { messages, errors, dead_letters, events };

/// What a table is for: both, or rows that are sent alone.
enum class TableMode : std::uint8_t { both, sink };

enum class Changelog : std::uint8_t { none, full, upsert, debezium };

/// The options of CREATE TABLE ... WITH (...), checked. Defaults are the documented ones. Retained rows take memory.
struct TableOptions : OptionSet {
    std::string connector;     ///< Connection name; empty for a stored table.
    MessageConditions accept;  ///< As written; TableObject::accept is what they mean. Empty: every message.
    std::string rows;          ///< Path to the rows within messages; empty: objects are rows.
    TableStream stream = TableStream::messages;
    TableMode mode = TableMode::both;
    bool include_metadata = false;
    std::optional<std::chrono::microseconds> retention = std::chrono::hours(1);  ///< nullopt: no limit by age.
    std::optional<std::uint64_t> retention_rows = 1'000'000;                     ///< nullopt: no limit by count.
    std::optional<std::uint64_t> retention_bytes = 512ULL << 20;                 ///< nullopt: no limit by size.
    std::string event_time_field;                                                ///< Column that carries event time.
    std::optional<std::chrono::microseconds> watermark_delay;  ///< Larger: fewer late rows, later answers, more state.
    std::chrono::milliseconds watermark_idle{30'000};          ///< Larger: silent inputs hold others back for longer.
    bool coerce = false;                                       ///< TRY_CAST rules for mismatched JSON values.
    Changelog changelog = Changelog::none;
    bool repeat_on_connect = false;  ///< Rows that were sent are sent again in every session. They take memory.
};

/// A table: bound to a connection (a stream with retained rows, and a sink), or stored.
struct TableObject : Definition {
    std::vector<ColumnObject> columns;  ///< Empty for a sink that takes its query's columns.
    std::vector<std::string> primary_key;
    std::optional<ast::WatermarkDefinition> watermark;
    TableOptions options;
    std::vector<AcceptCondition> accept;  ///< Which messages of the connection are for it: those for which all hold.
    std::optional<RowsPath> rows;         ///< Where they are within messages; without: each object is one.
    /// Of the rows of a stream, beside its columns. Borrowed from the registry, which outlives the catalog.
    std::span<const MetadataField> metadata = common_metadata_columns();

    [[nodiscard]] bool is_stored() const noexcept { return options.connector.empty(); }
    /// Its messages are changes of rows, which primary_key tells apart: where their rows are goes without saying.
    [[nodiscard]] bool is_changing() const noexcept { return rows && options.rows.empty(); }
    /// Nothing is ever read through it: it only sends.
    [[nodiscard]] bool only_sends() const noexcept {
        return !is_stored() && (columns.empty() || options.mode == TableMode::sink);
    }
};

struct OutputColumn {
    std::string name;
    ColumnType type;
};

/// What a value has to do with the event time of the rows that it comes from.
enum class TimeRole : std::uint8_t {
    none,
    arrival,       ///< When it came, of a relation that declares no event time.
    event_time,    ///< It is the event time.
    window_start,  ///< The start of a window over it.
    window         ///< The window.
};

/// The column of a result by which its rows are dated where a window says nothing else.
struct EventTimeColumn {
    std::string name;  ///< Within the engine (column_name.h).
    TimeRole role = TimeRole::event_time;
};

struct ViewObject : Definition {
    ast::Query query;                       ///< As written, not bound: it is bound anew where it is used.
    std::vector<std::string> column_names;  ///< CREATE VIEW v(a, b); empty otherwise.
    std::vector<OutputColumn> columns;      ///< unknown types where use did not tell.
};

/// The options of CREATE PIPELINE ... WITH (...), checked. Defaults are the documented ones.
struct PipelineOptions : OptionSet {
    std::optional<std::uint64_t> state_limit = 10'000'000;  ///< Rows, which take memory; nullopt: no limit.
    /// How long what it reads may wait for more, instead of the setting. A larger value takes less of the processor,
    /// for later rows.
    std::optional<std::chrono::microseconds> max_latency;
};

/// What those who read a pipeline have to know of its rows beside their columns: the planner of continuous queries
/// makes it and reads it.
struct PipelineFacts {
    virtual ~PipelineFacts() = default;
    bool changes = false;  ///< Rows of its result are taken back as others come.
};

struct PipelineObject : Definition {
    ast::Query query;
    std::string sink;  ///< Empty: prints its rows.
    std::vector<std::string> sink_columns;
    std::vector<OutputColumn> columns;
    std::optional<EventTimeColumn> event_time;  ///< Of the result; nullopt: it has none, or more than one.
    PipelineOptions options;
    std::shared_ptr<const PipelineFacts> facts;  ///< Null where types are undecided.
};

struct FunctionObject : Definition {
    std::vector<std::string> parameters;
    ast::Expression body;
    /// Of the body when all functions that it calls are expanded, as the engine does: its size in nodes without the
    /// arguments, and how often each parameter occurs. See function_expansion.h.
    std::uint64_t expanded_size = 0;
    std::vector<std::uint64_t> parameter_uses;
};

using CatalogObject = std::variant<ConnectionObject, TableObject, ViewObject, PipelineObject, FunctionObject>;

/// Whether rows can be read from a connection, or sent to it, by its connector and options.
[[nodiscard]] bool can_read(const ConnectionObject& connection);
[[nodiscard]] bool can_write(const ConnectionObject& connection);

[[nodiscard]] const Definition& definition_of(const CatalogObject& object) noexcept;
[[nodiscard]] ast::ObjectKind kind_of(const CatalogObject& object) noexcept;
/// "connection", "table", "view", "pipeline", "function".
[[nodiscard]] std::string_view kind_name(ast::ObjectKind kind) noexcept;

}  // namespace laminar
