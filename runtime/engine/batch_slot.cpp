#include "runtime/engine/batch_slot.h"

#include <algorithm>
#include <limits>

#include "catalog/threads/mutex.h"
#include "connectors/codec/rows/metadata_writer.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/engine/logical_type.h"

namespace laminar {

namespace {

/// What the slot holds at present, shared with the statements that read it.
class SlotSource final : public ScanSource {
public:
    /// schema is null for a slot of rows.
    SlotSource(const std::vector<OutputColumn>& declared, std::shared_ptr<const BatchSchema> schema)
        : schema_(std::move(schema)) {
        for (const OutputColumn& column : declared) columns_.push_back({column.name, carried_type(column.type)});
        if (!schema_) return;
        for (const BatchColumn& column : schema_->columns)
            if (column.tracks_presence) columns_.push_back({"__present_" + column.name, TypeId::boolean});
    }

    [[nodiscard]] const std::vector<OutputColumn>& columns() const noexcept override { return columns_; }

    void hold(ColumnBatch* batch) noexcept {
        batch_ = batch;
        rows_ = nullptr;
        forget_limits();
    }
    void hold(const ColumnRows* rows) noexcept {
        batch_ = nullptr;
        rows_ = rows;
        forget_limits();
    }
    void ask_for_more(std::function<const ColumnRows*()> next) { next_ = std::move(next); }
    void show(std::size_t first, std::size_t count) noexcept {
        first_ = first;
        count_ = count;
    }
    void skip(std::size_t row) { skipped_.insert(std::upper_bound(skipped_.begin(), skipped_.end(), row), row); }

    [[nodiscard]] const std::vector<std::size_t>& skipped() const noexcept { return skipped_; }
    void set_skipped(std::vector<std::size_t> rows) noexcept { skipped_ = std::move(rows); }

    [[nodiscard]] ScannedRows open() override {
        if (batch_) return open_batch();
        ScannedRows scan;
        if (!rows_) return scan;
        limit(scan, rows_->rows);
        for (const ColumnVector& values : rows_->values) scan.columns.push_back({.values = &values});
        return scan;
    }

    void need(std::size_t column) override {
        // Scans of one statement may start on several of the engine's threads.
        const MutexLock lock(filling_);
        if (batch_ && column < batch_->columns.size()) fill_in_metadata(*batch_, column);
    }

    [[nodiscard]] std::optional<ScannedRows> more() override {
        if (!next_) return std::nullopt;
        const ColumnRows* rows = next_();
        if (!rows) return std::nullopt;
        hold(rows);
        return open();
    }

    [[nodiscard]] bool read_columns(const std::vector<std::size_t>& columns, std::vector<const ColumnVector*>& values,
                                    std::vector<std::size_t>& rows) {
        if (next_ || (!batch_ && !rows_)) return false;
        for (const std::size_t column : columns) need(column);
        const ScannedRows scan = open();
        for (const std::size_t column : columns) {
            const ColumnVector* held = scan.columns.at(column).values;
            if (!held || !(held->type() == columns_[column].type) || held->size() < scan.end) return false;
            values.push_back(held);
        }
        rows.reserve(scan.end - scan.first);
        auto skipped = skipped_.begin();
        for (std::size_t row = scan.first; row < scan.end; ++row) {
            while (skipped != skipped_.end() && *skipped < row) ++skipped;
            if (skipped == skipped_.end() || *skipped != row) rows.push_back(row);
        }
        return true;
    }

private:
    void forget_limits() noexcept {
        show(0, std::numeric_limits<std::size_t>::max());
        skipped_.clear();
    }
    void limit(ScannedRows& scan, std::size_t rows) const {
        scan.first = std::min(first_, rows);
        scan.end = scan.first + std::min(count_, rows - scan.first);
        scan.skipped = &skipped_;
    }

    [[nodiscard]] ScannedRows open_batch() const {
        ScannedRows scan;
        limit(scan, batch_->rows);
        for (const ColumnVector& values : batch_->columns) scan.columns.push_back({.values = &values});
        for (std::size_t index = 0; index < schema_->columns.size(); ++index)
            if (schema_->columns[index].tracks_presence) scan.columns.push_back({.flags = &batch_->presence[index]});
        return scan;
    }

    std::shared_ptr<const BatchSchema> schema_;
    std::vector<OutputColumn> columns_;
    ColumnBatch* batch_ = nullptr;
    Mutex filling_;
    const ColumnRows* rows_ = nullptr;
    std::function<const ColumnRows*()> next_;
    std::size_t first_ = 0;
    std::size_t count_ = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> skipped_;  ///< Ascending.
};

class Slot final : public BatchSlot {
public:
    Slot(ScanSources& sources, std::uint64_t connection, std::string key, const std::vector<OutputColumn>& declared,
         std::shared_ptr<const BatchSchema> schema)
        : sources_(sources), key_(std::move(key)), source_(std::make_shared<SlotSource>(declared, std::move(schema))) {
        sources_.put(key_, connection, source_);
        for (std::size_t index = 0; index < declared.size(); ++index) {
            const bool is_carried = source_->columns()[index].type == declared[index].type;
            columns_.push_back({declared[index].name, is_carried ? declared[index].type : ColumnType()});
        }
        from_sql_ = read_with(batch_function_name, declared, {});
        numbered_from_sql_ = read_with(numbered_batch_function_name, declared, row_position_column);
    }
    ~Slot() override {
        source_->hold(static_cast<const ColumnRows*>(nullptr));
        sources_.remove(key_, source_.get());
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    void set_batch(ColumnBatch* batch) override { source_->hold(batch); }
    void set_rows(const ColumnRows* rows) override { source_->hold(rows); }
    void set_more_rows(std::function<const ColumnRows*()> next) override { source_->ask_for_more(std::move(next)); }
    void set_window(std::size_t first, std::size_t count) override { source_->show(first, count); }
    void show_all() override { source_->show(0, std::numeric_limits<std::size_t>::max()); }
    void skip_row(std::size_t row) override { source_->skip(row); }
    [[nodiscard]] std::vector<std::size_t> skipped() const override { return source_->skipped(); }
    void set_skipped(std::vector<std::size_t> rows) override { source_->set_skipped(std::move(rows)); }
    [[nodiscard]] const std::vector<OutputColumn>& columns() const override { return columns_; }
    [[nodiscard]] bool read_columns(const std::vector<std::size_t>& columns, std::vector<const ColumnVector*>& values,
                                    std::vector<std::size_t>& rows) const override {
        return source_->read_columns(columns, values, rows);
    }
    [[nodiscard]] std::string from_sql() const override { return from_sql_; }
    [[nodiscard]] std::string numbered_from_sql() const override { return numbered_from_sql_; }

private:
    /// further: a column that the function has beside those of the slot; may be empty.
    [[nodiscard]] std::string read_with(const std::string& function, const std::vector<OutputColumn>& declared,
                                        const std::string& further) const {
        const std::string call = function + "(" + quote_string(key_) + ")";
        bool casts = false;
        std::string items;
        for (std::size_t index = 0; index < source_->columns().size(); ++index) {
            const std::string name = quote_identifier(source_->columns()[index].name);
            const std::string value = index < declared.size() ? cast_from_carried(name, declared[index].type) : name;
            casts = casts || value != name;
            if (index > 0) items += ", ";
            items += value;
            if (value != name) items.append(" AS ").append(name);
        }
        if (!casts) return call;
        if (!further.empty()) items += ", " + quote_identifier(further);
        return "(SELECT " + items + " FROM " + call + ")";
    }

    ScanSources& sources_;
    std::string key_;
    std::shared_ptr<SlotSource> source_;
    std::vector<OutputColumn> columns_;
    std::string from_sql_;
    std::string numbered_from_sql_;
};

}  // namespace

std::unique_ptr<BatchSlot> make_batch_slot(ScanSources& sources, std::uint64_t connection, const std::string& key,
                                           std::shared_ptr<const BatchSchema> schema) {
    std::vector<OutputColumn> declared;
    for (const BatchColumn& column : schema->columns) declared.push_back({column.name, column.type});
    return std::make_unique<Slot>(sources, connection, key, declared, std::move(schema));
}

std::unique_ptr<BatchSlot> make_row_slot(ScanSources& sources, std::uint64_t connection, const std::string& key,
                                         const std::vector<OutputColumn>& columns) {
    return std::make_unique<Slot>(sources, connection, key, columns, nullptr);
}

}  // namespace laminar
