#include "runtime/flow/sinks/stored_table_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "catalog/objects/table_columns.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/flow/direct/direct_cell.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/flow/sinks/sink_shape.h"

namespace laminar {

namespace {

class StoredTableSink final : public SinkWriter {
public:
    StoredTableSink(Engine& engine, const TableObject& table, const std::string& key,
                    const std::vector<OutputColumn>& columns)
        : engine_(engine), slot_(engine.create_row_slot(key, columns)) {
        std::string names;
        for (const OutputColumn& column : columns) {
            if (!names.empty()) names += ", ";
            names += quote_identifier(column.name);
        }
        const std::string name = engine_table_name(table.name);
        if (table.primary_key.empty()) {
            insert_ = engine.prepare(
                fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM {2}", name, names, slot_->from_sql()));
            return;
        }
        const std::string keys = key_columns(table);
        find_keys(table, columns);
        delete_ = engine.prepare(
            fmt::format("DELETE FROM {0} WHERE ({1}) IN (SELECT {1} FROM {2})", name, keys, slot_->from_sql()));
        insert_ = engine.prepare(upsert_sql(table, columns, names));
    }

    std::vector<RefusedRow> write(const ResultTable& rows, unsigned retries) override {
        return execute(*insert_, rows, retries);
    }

    void expect_changes(const std::vector<std::string>&) override {
        if (!delete_)
            throw EngineException({.type = "Binder",
                                   .message =
                                       "the result of the query is updated as rows come, and the table it goes to has "
                                       "no PRIMARY KEY by which rows could be replaced"});
    }

    std::vector<RefusedRow> write_changes(const ResultTable& removed, const ResultTable& added,
                                          unsigned retries) override {
        std::vector<RefusedRow> refused;
        if (removed.rows > 0) refused = execute(*delete_, removed, retries);
        if (added.rows > 0) {
            auto more = execute(*insert_, added, retries);
            refused.insert(refused.end(), more.begin(), more.end());
        }
        return refused;
    }

    [[nodiscard]] bool is_stored() const noexcept override { return true; }
    void write_all(const ResultTable& removed, const ResultTable& added) override {
        execute_whole(delete_.get(),
                      updates_in_place_ && !has_zero(added) ? without_replaced(removed, added) : removed);
        execute_whole(insert_.get(), added);
    }
    [[nodiscard]] std::vector<RefusedRow> find_refused(const ResultTable& added, unsigned retries) override {
        const ShownRows shown(*slot_, added);
        return process_in_parts(
            added.rows,
            [&](std::size_t first, std::size_t count) {
                slot_->set_window(first, count);
                const EngineTransaction undone(engine_);
                (void)insert_->execute();
            },
            retries);
    }

private:
    /// Rows that are replaced need not be deleted first, where a replacement brings all columns: deleted rows would
    /// pile up, to be read over by every cycle until the engine reclaims their space.
    void find_keys(const TableObject& table, const std::vector<OutputColumn>& columns) {
        for (const std::string& name : table.primary_key) {
            const auto found = std::find_if(columns.begin(), columns.end(), [&](const OutputColumn& column) {
                return equals_ignoring_case(column.name, name);
            });
            if (found == columns.end() || cell_kind(found->type) == CellKind::none) return;
            keys_.push_back(static_cast<std::size_t>(found - columns.begin()));
        }
        const bool has_nested = std::any_of(columns.begin(), columns.end(), [](const OutputColumn& column) {
            return column.type.id == TypeId::list || column.type.id == TypeId::structure ||
                   column.type.id == TypeId::map;
        });
        updates_in_place_ = columns.size() == table.columns.size() && !has_nested;
    }

    /// The engine's UPDATE leaves 0.0 where -0.0 is to be, since they are equal.
    [[nodiscard]] static bool has_zero(const ResultTable& rows) {
        return std::any_of(rows.values.begin(), rows.values.end(), [&](const ColumnVector& column) {
            if (cell_kind(column.type()) != CellKind::real) return false;
            for (std::size_t row = 0; row < rows.rows; ++row)
                if (column.is_valid(row) && cell_at(column, CellKind::real, row).real == 0) return true;
            return false;
        });
    }

    void read_key(const ResultTable& rows, std::size_t row, std::string& key) const {
        key.clear();
        for (const std::size_t column : keys_)
            append_to_key(key, rows.values[column], cell_kind(rows.values[column].type()), row);
    }

    [[nodiscard]] ResultTable without_replaced(const ResultTable& removed, const ResultTable& added) const {
        if (removed.rows == 0) return removed;
        std::unordered_set<std::string> replaced;
        std::string key;
        for (std::size_t row = 0; row < added.rows; ++row) {
            read_key(added, row, key);
            replaced.insert(key);
        }
        std::vector<std::size_t> kept;
        for (std::size_t row = 0; row < removed.rows; ++row) {
            read_key(removed, row, key);
            if (!replaced.contains(key)) kept.push_back(row);
        }
        ResultTable rows = removed;
        keep_rows(rows, kept);
        return rows;
    }

    /// The engine has no index of the keys (decision 29). One statement may touch a key once: of several rows with one
    /// key the last to arrive counts.
    [[nodiscard]] std::string upsert_sql(const TableObject& table, const std::vector<OutputColumn>& columns,
                                         const std::string& names) const {
        std::string same_key;
        for (const std::string& column : table.primary_key) {
            const std::string key = quote_identifier(engine_name_of(table.columns, column));
            same_key += fmt::format("{0}kept.{1} = new.{1}", same_key.empty() ? "" : " AND ", key);
        }
        std::string values;
        std::string changes;
        for (const OutputColumn& column : columns) {
            const std::string name = quote_identifier(column.name);
            values += fmt::format("{}new.{}", values.empty() ? "" : ", ", name);
            changes += fmt::format("{0}{1} = new.{1}", changes.empty() ? "" : ", ", name);
        }
        return fmt::format(
            "MERGE INTO {0} AS kept USING (SELECT {1} FROM (SELECT *, row_number() OVER () AS \"__laminar_order\" FROM "
            "{2}) QUALIFY row_number() OVER (PARTITION BY {3} ORDER BY \"__laminar_order\" DESC) = 1) AS new ON {4} "
            "WHEN MATCHED THEN UPDATE SET {5} WHEN NOT MATCHED THEN INSERT ({1}) VALUES ({6})",
            engine_table_name(table.name), names, slot_->from_sql(), key_columns(table), same_key, changes, values);
    }

    void execute_whole(PreparedQuery* statement, const ResultTable& rows) {
        if (!statement || rows.rows == 0) return;
        slot_->set_rows(&rows);
        try {
            (void)statement->execute();
        } catch (...) {
            slot_->set_rows(nullptr);
            throw;
        }
        slot_->set_rows(nullptr);
    }

    std::vector<RefusedRow> execute(PreparedQuery& statement, const ResultTable& rows, unsigned retries) {
        slot_->set_rows(&rows);
        std::vector<RefusedRow> refused;
        try {
            refused = process_in_parts(
                rows.rows,
                [&](std::size_t first, std::size_t count) {
                    if (count != rows.rows) slot_->set_window(first, count);
                    (void)statement.execute();
                },
                retries);
        } catch (...) {
            slot_->set_rows(nullptr);
            throw;
        }
        slot_->set_rows(nullptr);
        return refused;
    }

    Engine& engine_;
    std::unique_ptr<BatchSlot> slot_;
    std::unique_ptr<PreparedQuery> insert_;
    std::unique_ptr<PreparedQuery> delete_;  ///< Only with a primary key.
    std::vector<std::size_t> keys_;          ///< Its columns.
    bool updates_in_place_ = false;
};

}  // namespace

std::unique_ptr<SinkWriter> make_stored_table_sink(Engine& engine, const TableObject& table, const std::string& key,
                                                   const std::vector<OutputColumn>& columns) {
    return std::make_unique<StoredTableSink>(engine, table, key, columns);
}

}  // namespace laminar
