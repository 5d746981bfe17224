#include "runtime/flow/direct/direct_query.h"

#include <deque>
#include <utility>

#include "runtime/flow/direct/direct_conversion.h"

namespace laminar {

namespace {

/// A block that does nothing but choose and show rows; null for any other query.
const ast::Select* plain_select(const ast::Query& query) {
    if (!query.with.empty() || query.order_by_all || !query.order_by.empty() || query.limit || query.offset)
        return nullptr;
    const auto* select = std::get_if<ast::Select>(&query.body.node);
    if (!select || select->distinct || !select->distinct_on.empty() || !select->from || select->group_by_all ||
        !select->group_by.empty() || select->having || !select->windows.empty() || select->qualify ||
        !select->sample.empty())
        return nullptr;
    const ast::TableReference& from = *select->from;
    if (!std::holds_alternative<ast::BoundScan>(from.node) || !from.sample.empty() ||
        (from.alias && !from.alias->columns.empty()))
        return nullptr;
    return select;
}

bool is_plain_star(const ast::Expression& expression) {
    const auto* star = std::get_if<ast::Star>(&expression.node);
    return star && star->qualifier.empty() && star->exclude.empty() && star->replace.empty() && star->rename.empty();
}

}  // namespace

std::unique_ptr<DirectQuery> DirectQuery::make(Engine& engine, const ast::Query& query, const DirectSource& source,
                                               const std::vector<OutputColumn>& columns) {
    const ast::Select* select = plain_select(query);
    if (!select || !source.slot) return nullptr;
    const auto& alias = select->from->alias;
    DirectColumns known(engine, source.slot->columns(), source.columns, alias ? alias->name.text : std::string());
    std::unique_ptr<DirectQuery> direct(new DirectQuery());
    if (!direct->prepare(*select, columns, known)) return nullptr;
    direct->slot_ = source.slot;
    direct->positions_ = known.positions();
    direct->conversions_ = known.conversions();
    return direct;
}

bool DirectQuery::prepare(const ast::Select& select, const std::vector<OutputColumn>& results, DirectColumns& columns) {
    const auto add = [&](std::unique_ptr<DirectValue> value) {
        values_.push_back(std::move(value));
        return values_.back() != nullptr;
    };
    for (const ast::SelectItem& item : select.items) {
        if (is_plain_star(item.value)) {
            const auto all = columns.all();
            if (!all || values_.size() + all->size() > results.size()) return false;
            for (const std::size_t column : *all) {
                if (!add(make_direct_column(column, results[values_.size()].type, columns))) return false;
            }
        } else if (values_.size() >= results.size() ||
                   !add(make_direct_value(item.value, results[values_.size()].type, columns))) {
            return false;
        }
    }
    if (values_.size() != results.size()) return false;
    if (!select.where) return true;
    where_ = make_direct_condition(*select.where, columns);
    return where_ != nullptr;
}

bool DirectQuery::run(ColumnRows& rows) const {
    DirectRows read;
    if (!slot_->read_columns(positions_, read.columns, read.rows)) return false;
    std::deque<ColumnVector> converted;
    for (const DirectColumns::Conversion& conversion : conversions_) {
        converted.push_back(convert_surely(*read.columns[conversion.source], conversion.type, read.rows));
        read.columns[conversion.column] = &converted.back();
    }
    if (where_) {
        std::size_t kept = 0;
        for (const std::size_t row : read.rows) {
            if (where_->of(read, row) == Truth::yes) read.rows[kept++] = row;
        }
        read.rows.resize(kept);
    }
    for (std::size_t index = 0; index < values_.size(); ++index) {
        if (values_[index]->append(read, rows.values[index])) continue;
        for (ColumnVector& column : rows.values) column.truncate(rows.rows);
        return false;
    }
    rows.rows += read.rows.size();
    return true;
}

}  // namespace laminar
