#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog_object.h"

namespace laminar {

class Catalog;

/// What a BoundScan reads.
enum class InputKind : std::uint8_t { stream_table, stored_table, connection, pipeline, system_table };

struct InputColumn {
    std::string name;
    ColumnType type;                        ///< unknown only for connection and pipeline inputs.
    std::optional<MetadataField> metadata;  ///< A metadata column that is not a declared one.
    SourceSpan span;                        ///< Where the query first names it; empty when it does not.
};

/// One relation a query reads. columns are those the scan must provide, in order: for tables, all declared columns plus
/// the metadata columns that the query names (or that include_metadata shows); for connections, the fields and metadata
/// the query names.
struct QueryInput {
    InputKind kind = InputKind::stored_table;
    std::string object;  ///< Catalog name as declared; for system tables the name after "system.".
    std::vector<InputColumn> columns;
    bool all_fields = false;  ///< SELECT * from a connection: fields of the first messages are added.
    SourceSpan span;
    /// Of a connection: what its rows have besides. Borrowed from the registry.
    std::span<const MetadataField> metadata = common_metadata_columns();
};

/// Name of a column that stands for the fields of messages that SELECT * from a connection will have: they are known
/// only when messages arrive. Appears in results of checks and in the declared columns of views and pipelines.
inline constexpr std::string_view open_fields_column = "*";

/// The time that a window or an aggregate of a query goes by, which the query itself does not name.
struct ChosenTime {
    SourceSpan span;
    std::string column;  ///< As a query would name it: "t.ts".
    bool by_arrival = false;
};

/// A query whose relations are resolved: views are inlined, catalog relations are BoundScan nodes, Laminar's
/// own functions are rewritten to DuckDB expressions, metadata columns are hidden from '*'.
struct BoundQuery {
    ast::Query query;
    std::vector<QueryInput> inputs;
    std::vector<std::string> dependencies;  ///< Catalog objects named directly (views, not what they read).
    std::vector<std::string> function_dependencies;
    std::vector<std::string> connection_tests;  ///< test_connection('name'): to be run before the query.
    std::vector<OutputColumn> columns;          ///< As checked by the QueryChecker; unknown where undecided.
    std::optional<EventTimeColumn> event_time;  ///< Among these columns.
    std::vector<ChosenTime> chosen_times;       ///< But for those in views.
    bool calls_acknowledge = false;
    bool uses_window_functions_of_time = false;  ///< TUMBLE, HOP or SESSION.

    [[nodiscard]] bool reads_stream() const noexcept;
};

/// Why queries may not call a function that the engine has.
enum class Withheld : std::uint8_t { no, reaches_files, of_the_engine };

/// How long an interval is, where that can be told before there are rows; varies: it depends on them.
struct IntervalLength {
    bool is_known = false;
    bool varies = false;
    bool mixes_months = false;            ///< Of months beside days or time. Only when it is known.
    std::chrono::microseconds length{0};  ///< Months count as 30 days. Only when it is known.
};

/// The authority on types: prepares a bound query against empty relations with the types of its inputs.
/// Implemented over DuckDB by the runtime; the catalog knows this interface alone.
class QueryChecker {
public:
    virtual ~QueryChecker() = default;
    /// Output columns, or nullopt after reporting why not, at the user's position.
    virtual std::optional<std::vector<OutputColumn>> check_query(const BoundQuery& query, Diagnostics& diagnostics) = 0;
    /// Reports what of the query cannot be answered continuously, and warns of state that grows without bound. Says
    /// nothing where types are undecided. Returns what a pipeline of this query is to those who read it, if it is
    /// known.
    virtual std::shared_ptr<const PipelineFacts> check_continuous(const BoundQuery& query, const Catalog& catalog,
                                                                  Diagnostics& diagnostics) {
        static_cast<void>(query);
        static_cast<void>(catalog);
        static_cast<void>(diagnostics);
        return nullptr;
    }
    /// The type of an expression without columns (DEFAULT) or over the given columns (WATERMARK).
    virtual std::optional<ColumnType> check_expression(const ast::Expression& expression,
                                                       const std::vector<OutputColumn>& columns,
                                                       Diagnostics& diagnostics) = 0;
    /// Makes a function known to later checks (again after OR REPLACE); reports a body that does not bind.
    virtual bool define_function(const FunctionObject& function, Diagnostics& diagnostics) = 0;
    virtual void drop_function(std::string_view name) = 0;
    /// Whether queries can call a function of this name (case-folded) that the engine has or that is declared, and
    /// names for suggestions.
    virtual bool has_function(std::string_view name) = 0;
    virtual std::vector<std::string> function_names() = 0;
    /// The same of what stands in FROM.
    virtual bool has_table_function(std::string_view name) { return has_function(name); }
    /// Of a name that has_function or has_table_function denies: whether the engine has it all the same.
    virtual Withheld is_withheld(std::string_view name) {
        static_cast<void>(name);
        return Withheld::no;
    }
    virtual bool is_aggregate(std::string_view name) {
        static_cast<void>(name);
        return false;
    }
    virtual IntervalLength interval_length(const ast::Expression& interval) {
        static_cast<void>(interval);
        return {};
    }
    /// Whether the value of a setting of the session can be used; reports why not.
    virtual bool check_setting(std::string_view name, std::string_view value, SourceSpan span,
                               Diagnostics& diagnostics) {
        static_cast<void>(name);
        static_cast<void>(value);
        static_cast<void>(span);
        static_cast<void>(diagnostics);
        return true;
    }
};

}  // namespace laminar
