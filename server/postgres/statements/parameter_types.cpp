#include "server/postgres/statements/parameter_types.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "server/postgres/catalog/catalog_types.h"
#include "server/postgres/catalog/relation_shapes.h"
#include "server/postgres/values/parameter_value.h"
#include "server/postgres/values/postgres_type.h"

namespace laminar::postgres {

namespace {

class ParameterTypes {
public:
    ParameterTypes(const ParameterText::Filled& filled, std::size_t begin, const Catalog& catalog,
                   const DescribeQuery& describe, std::vector<std::int32_t>& types, const NoteNestedType& note_nested)
        : filled_(filled),
          begin_(begin),
          catalog_(catalog),
          describe_(describe),
          types_(types),
          note_nested_(note_nested) {}

    void infer(const ast::Statement& statement) {
        if (const auto* select = std::get_if<ast::SelectStatement>(&statement.node)) walk(*select->query);
        if (const auto* subscribe = std::get_if<ast::Subscribe>(&statement.node); subscribe && subscribe->query)
            walk(*subscribe->query);
        if (const auto* insert = std::get_if<ast::Insert>(&statement.node)) infer_inserted(*insert);
    }

private:
    [[nodiscard]] std::optional<std::size_t> unknown(const ast::Expression& expression) const {
        const auto* literal = std::get_if<ast::Literal>(&expression.node);
        if (!literal || literal->kind != ast::LiteralKind::null) return std::nullopt;
        const std::optional<std::size_t> parameter = filled_.parameter_at(begin_ + expression.span.begin);
        return parameter && types_[*parameter] == 0 ? parameter : std::nullopt;
    }

    void set(std::size_t parameter, const ColumnType& type) {
        if (type.id == TypeId::unknown) return;
        if (note_nested_ && type.is_nested()) note_nested_(parameter, type);
        const std::int32_t oid = postgres_type(type).oid;
        if (types_[parameter] == 0 && is_parameter_type(oid)) types_[parameter] = oid;
    }

    void walk(const ast::Query& query) {
        const std::size_t outer = with_.size();
        for (const ast::CommonTableExpression& table : query.with) {
            walk(*table.query);
            with_.push_back(table);
        }
        walk(query.body);
        with_.resize(outer);
    }
    void walk(const ast::QueryBody& body) {
        if (const auto* select = std::get_if<ast::Select>(&body.node)) walk(*select);
        if (const auto* both = std::get_if<ast::SetOperation>(&body.node)) {
            walk(*both->left);
            walk(*both->right);
        }
        if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node)) walk(*nested->query);
    }
    void walk(const ast::Select& select) {
        const ast::Select* outer = std::exchange(block_, &select);
        for (const ast::SelectItem& item : select.items) walk(item.value);
        if (select.from) walk(*select.from);
        for (const ast::ExpressionBox* condition : {&select.where, &select.having, &select.qualify})
            if (*condition) walk(**condition);
        block_ = outer;
    }
    void walk(const ast::TableReference& table) {
        ast::for_each_child_of_table(
            table, [this](const ast::Expression& condition) { walk(condition); },
            [this](const ast::Query& query) { walk(query); },
            [this](const ast::TableReference& other) { walk(other); });
    }
    void walk(const ast::Expression& expression) {
        if (const auto* binary = std::get_if<ast::Binary>(&expression.node)) beside(*binary->left, *binary->right);
        if (const auto* is = std::get_if<ast::Is>(&expression.node); is && is->right) beside(*is->operand, *is->right);
        if (const auto* between = std::get_if<ast::Between>(&expression.node)) {
            beside(*between->operand, *between->low);
            beside(*between->operand, *between->high);
            beside(*between->low, *between->high);
        }
        if (const auto* in = std::get_if<ast::In>(&expression.node))
            for (const ast::Expression& value : in->values) beside(*in->operand, value);
        if (const auto* any = std::get_if<ast::Quantified>(&expression.node); any && any->list)
            in_list(*any->operand, *any->list);
        if (const auto* cast = std::get_if<ast::Cast>(&expression.node)) note_cast(*cast);
        ast::for_each_child_of_expression(
            expression, [this](const ast::Expression& child) { walk(child); },
            [this](const ast::Query& query) { walk(query); });
    }

    /// Other types are found before the statement is parsed (ParameterText::types_at_places).
    void note_cast(const ast::Cast& cast) {
        const auto parameter = note_nested_ ? unknown(*cast.operand) : std::nullopt;
        if (!parameter) return;
        Diagnostics ignored;
        if (const auto type = bind_type(cast.type, ignored); type && type->is_nested()) note_nested_(*parameter, *type);
    }

    /// x = ANY ($1): a list of what x is.
    void in_list(const ast::Expression& element, const ast::Expression& list) {
        const auto parameter = unknown(list);
        if (const auto type = parameter ? type_of(element) : std::nullopt; type && type->id != TypeId::unknown) {
            ColumnType elements(TypeId::list);
            elements.fields.push_back({"", *type});
            set(*parameter, elements);
        }
    }

    void beside(const ast::Expression& left, const ast::Expression& right) {
        if (const auto parameter = unknown(left); parameter && !unknown(right)) ask(*parameter, right);
        if (const auto parameter = unknown(right); parameter && !unknown(left)) ask(*parameter, left);
    }

    void ask(std::size_t parameter, const ast::Expression& expression) {
        if (types_[parameter] != 0) return;
        if (const std::optional<ColumnType> type = type_of(expression)) set(parameter, *type);
    }

    /// Of an expression of the block at hand: that of a query which has it alone.
    [[nodiscard]] std::optional<ColumnType> type_of(const ast::Expression& expression) {
        if (asked_ == most_asked) return std::nullopt;
        ++asked_;
        ast::Select select;
        select.items.push_back({expression, std::nullopt});
        if (block_) select.from = block_->from;
        ast::Query query;
        query.with = with_;
        query.body.node = std::move(select);
        ast::Statement statement;
        statement.node = ast::SelectStatement{std::move(query)};
        const auto columns = describe_(statement);
        if (!columns || columns->size() != 1) return std::nullopt;
        return columns->front().type;
    }

    void infer_inserted(const ast::Insert& insert) {
        walk(*insert.query);
        const auto* table = catalog_.find_as<TableObject>(insert.table.text);
        if (!table) return;
        const auto put = [&](std::size_t place, const ast::Expression& value) {
            const auto parameter = unknown(value);
            const ColumnObject* column = inserted_column(insert, *table, place);
            if (parameter && column) set(*parameter, column->type);
        };
        if (const auto* values = std::get_if<ast::Values>(&insert.query->body.node)) {
            for (const std::vector<ast::Expression>& row : values->rows)
                for (std::size_t i = 0; i < row.size(); ++i) put(i, row[i]);
        } else if (const auto* select = std::get_if<ast::Select>(&insert.query->body.node)) {
            for (std::size_t i = 0; i < select->items.size(); ++i) put(i, select->items[i].value);
        }
    }
    static const ColumnObject* inserted_column(const ast::Insert& insert, const TableObject& table, std::size_t place) {
        if (insert.columns.empty()) return place < table.columns.size() ? &table.columns[place] : nullptr;
        if (place >= insert.columns.size()) return nullptr;
        const auto found = std::find_if(table.columns.begin(), table.columns.end(), [&](const ColumnObject& column) {
            return equals_ignoring_case(column.name, insert.columns[place].text);
        });
        return found == table.columns.end() ? nullptr : &*found;
    }

    /// Each question binds a block of the query: what comes after so many is a text.
    static constexpr std::size_t most_asked = 1'000;

    const ParameterText::Filled& filled_;
    const std::size_t begin_;
    const Catalog& catalog_;
    const DescribeQuery& describe_;
    std::vector<std::int32_t>& types_;
    const NoteNestedType& note_nested_;
    const ast::Select* block_ = nullptr;
    std::vector<ast::CommonTableExpression> with_;
    std::size_t asked_ = 0;
};

/// The type of the first column of this name in the catalog.
std::int32_t type_of_catalog_column(std::string_view name) {
    static const std::map<std::string_view, std::int32_t> types = [] {
        std::map<std::string_view, std::int32_t> found;
        for (const RelationShape& shape : relation_shapes()) {
            for (std::string_view rest = shape.columns; !rest.empty();) {
                const ShapeColumn column = take_column(rest);
                found.emplace(column.name, catalog_type(column.type).oid);
            }
        }
        return found;
    }();
    const auto type = types.find(name);
    return type == types.end() ? 0 : type->second;
}

}  // namespace

void infer_parameter_types(const ast::Statement& statement, const ParameterText::Filled& filled, std::size_t begin,
                           const Catalog& catalog, const DescribeQuery& describe, std::vector<std::int32_t>& types,
                           const NoteNestedType& note_nested) {
    ParameterTypes(filled, begin, catalog, describe, types, note_nested).infer(statement);
}

void infer_catalog_types(const ParameterText& text, std::vector<std::int32_t>& types) {
    const std::vector<std::string_view> names = text.compared_names();
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (types[i] != 0) continue;
        const std::int32_t oid = type_of_catalog_column(fold_case(names[i]));
        if (is_parameter_type(oid)) types[i] = oid;
    }
}

}  // namespace laminar::postgres
