#include "runtime/engine/prepared_statement.h"

#include <utility>

#include "runtime/engine/engine_error.h"
#include "runtime/engine/logical_type.h"
#include "runtime/engine/result_reader.h"

namespace laminar {

namespace {

std::vector<OutputColumn> output_columns(duckdb_prepared_statement statement) {
    std::vector<OutputColumn> columns;
    for (idx_t index = 0; index < duckdb_prepared_statement_column_count(statement); ++index) {
        const LogicalTypeHandle type(duckdb_prepared_statement_column_logical_type(statement, index));
        columns.push_back({take_string(const_cast<char*>(duckdb_prepared_statement_column_name(statement, index))),
                           from_logical_type(type.get())});
    }
    return columns;
}

bool needs_casts(duckdb_prepared_statement statement) {
    for (idx_t index = 0; index < duckdb_prepared_statement_column_count(statement); ++index) {
        const LogicalTypeHandle type(duckdb_prepared_statement_column_logical_type(statement, index));
        if (needs_cast_to_carried(type.get())) return true;
    }
    return false;
}

bool is_select(duckdb_prepared_statement statement) {
    return duckdb_prepared_statement_type(statement) == DUCKDB_STATEMENT_TYPE_SELECT;
}

/// Statements without rows announce one column all the same: how many rows they changed, or that they succeeded.
bool announces_outcome(duckdb_prepared_statement statement, const std::vector<OutputColumn>& columns) {
    return !is_select(statement) && columns.size() == 1 && (columns[0].name == "Count" || columns[0].name == "Success");
}

constexpr std::string_view cast_from = " FROM (";

/// SELECT CAST(#1 AS VARCHAR), #2, ... FROM (
std::string cast_prefix(const std::vector<OutputColumn>& columns) {
    std::string prefix = "SELECT ";
    for (std::size_t index = 0; index < columns.size(); ++index) {
        const std::string value = "#" + std::to_string(index + 1);
        const ColumnType carried = carried_type(columns[index].type);
        if (index > 0) prefix += ", ";
        prefix += "CAST(" + value + " AS " + to_sql(carried) + ")";
    }
    return prefix.append(cast_from);
}

std::string_view without_terminator(std::string_view sql) {
    const std::size_t last = sql.find_last_not_of(" \t\r\n;");
    return sql.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

class PreparedStatement final : public PreparedQuery {
public:
    PreparedStatement(const EngineConnection& connection, std::string_view sql)
        : sql_(sql), statement_(connection.prepare(sql_)) {
        columns_ = output_columns(statement_.get());
        if (announces_outcome(statement_.get(), columns_)) columns_.clear();
        if (columns_.empty() || !needs_casts(statement_.get())) return;
        if (!is_select(statement_.get()))
            throw EngineException(
                {.type = "Not implemented",
                 .message = "RETURNING cannot give back columns of types ENUM, UNION, BIT and TIMETZ"});
        const std::string prefix = cast_prefix(columns_);
        shift_ = static_cast<std::uint32_t>(prefix.size());
        statement_ = connection.prepare(prefix + std::string(without_terminator(sql)) + "\n)");
    }

    [[nodiscard]] const std::vector<OutputColumn>& columns() const override { return columns_; }

    void bind_timestamp(unsigned parameter, std::int64_t value) override {
        if (duckdb_bind_timestamp(statement_.get(), parameter, {value}) == DuckDBError)
            throw EngineException({.type = "Internal", .message = "a parameter of a statement cannot be set"});
    }

    ResultTable execute() override {
        ResultHandle result;
        if (duckdb_execute_prepared(statement_.get(), result.get()) == DuckDBError) fail(result);
        if (duckdb_result_return_type(*result.get()) != DUCKDB_RESULT_TYPE_QUERY_RESULT) {
            ResultTable outcome;
            outcome.rows_changed = duckdb_rows_changed(result.get());
            return outcome;
        }
        // RETURNING one column that is called as the outcome is.
        if (columns_.empty()) columns_ = output_columns(statement_.get());
        ResultTable table = make_result_table(columns_);
        while (const DataChunkHandle chunk = result.fetch()) append_chunk(chunk.get(), false, table);
        return table;
    }

    void execute(const std::function<bool(const ResultTable&)>& consume) override {
        if (!is_select(statement_.get())) {
            const ResultTable table = execute();
            if (table.rows > 0) consume(table);
            return;
        }
        ResultHandle result;
        if (duckdb_execute_prepared_streaming(statement_.get(), result.get()) == DuckDBError) fail(result);
        // One ahead: whoever has seen the last rows can count on the statement to have ended well.
        for (DataChunkHandle chunk = result.fetch(); chunk;) {
            DataChunkHandle next = result.fetch();
            if (duckdb_data_chunk_get_size(chunk.get()) > 0) {
                ResultTable table = make_result_table(columns_);
                append_chunk(chunk.get(), true, table);
                if (!consume(table)) return;
            }
            chunk = std::move(next);
        }
        if (duckdb_result_error(result.get())) fail(result);
    }

private:
    [[noreturn]] void fail(ResultHandle& result) const {
        const char* problem = duckdb_result_error(result.get());
        EngineError error = parse_engine_error(problem ? problem : "the statement failed", sql_);
        if (error.position && shift_ > 0) {
            if (*error.position >= shift_)
                *error.position -= shift_;
            else
                error.position.reset();
        }
        throw EngineException(std::move(error));
    }

    const std::string sql_;
    PreparedHandle statement_;
    std::vector<OutputColumn> columns_;
    std::uint32_t shift_ = 0;  ///< By how much positions in errors are larger than in the caller's text.
};

}  // namespace

std::unique_ptr<PreparedQuery> prepare_statement(const EngineConnection& connection, std::string_view sql) {
    return std::make_unique<PreparedStatement>(connection, sql);
}

}  // namespace laminar
