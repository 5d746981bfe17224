#include "runtime/plan/aggregates/aggregate_parts.h"

#include <algorithm>
#include <array>
#include <map>

#include "connectors/codec/values/scalar_text.h"
#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "runtime/engine/functions/average.h"
#include "runtime/plan/expressions/shown_names.h"

namespace laminar {

namespace {

enum class Numbers : std::uint8_t { exact, approximate, none };

Numbers kind_of_numbers(const ColumnType& type) {
    switch (type.id) {
        case TypeId::hugeint:
        case TypeId::decimal:
            return Numbers::exact;
        case TypeId::uhugeint:  // Its sum is a DOUBLE.
        case TypeId::float32:
        case TypeId::float64:
            return Numbers::approximate;
        default:
            return is_integer(type.id) ? Numbers::exact : Numbers::none;
    }
}

bool asks_other_rows(const ast::Expression& expression) {
    return contains(expression, [](const ast::Expression& each) {
        const auto* in = std::get_if<ast::In>(&each.node);
        return std::holds_alternative<ast::Subquery>(each.node) || std::holds_alternative<ast::Exists>(each.node) ||
               std::holds_alternative<ast::Quantified>(each.node) || std::holds_alternative<ast::Star>(each.node) ||
               (in && in->query);
    });
}

ast::Expression make_case(ast::Expression condition, ast::Expression result, ast::ExpressionBox otherwise) {
    ast::Case cases;
    cases.branches.push_back({std::move(condition), std::move(result)});
    cases.otherwise = std::move(otherwise);
    return {{}, std::move(cases)};
}

/// type: of numbers.
ast::Expression cast_to(ast::Expression value, const ColumnType& type) {
    if (type.id != TypeId::decimal) return make_cast(std::move(value), to_sql(type), {});
    ast::Expression cast = make_cast(std::move(value), "DECIMAL", {});
    std::get<ast::Cast>(cast.node).type.modifiers = {type.width, type.scale};
    return cast;
}

/// What an aggregate makes of a single row, but for the type.
ast::Expression of_one_row(const ast::FunctionCall& call, const std::string& function) {
    const bool counts = function == "count" || function == "count_star";
    if (!counts && function != "count_if" && function != "countif") {
        const ast::Expression& argument = call.arguments.front().value;
        return call.filter ? make_case(*call.filter, argument, {}) : argument;
    }
    std::vector<ast::Expression> conditions;
    if (call.filter) conditions.push_back({{}, ast::Parenthesized{*call.filter}});
    const bool of_rows = call.arguments.empty() || std::holds_alternative<ast::Star>(call.arguments.front().value.node);
    if (!of_rows) {
        ast::Expression argument{{}, ast::Parenthesized{call.arguments.front().value}};
        if (counts) {
            ast::Is is;
            is.operand = std::move(argument);
            is.negated = true;
            argument = {{}, std::move(is)};
        }
        conditions.push_back(std::move(argument));
    }
    if (conditions.empty()) return make_number(1);
    return make_case(conjunction_of(std::move(conditions)), make_number(1), make_number(0));
}

/// Whether a block calls aggregates that can be added up in the order of the rows alone.
bool depends_on_order(const ast::Select& block, const FunctionNames& aggregates) {
    static constexpr std::array<std::string_view, 3> names{"first", "last", "any_value"};
    const auto is_one = [&](const ast::Expression& each) {
        return is_aggregate_call(each, aggregates) &&
               std::find(names.begin(), names.end(), called_function(each)) != names.end();
    };
    return (block.having && contains(*block.having, is_one)) ||
           std::any_of(block.items.begin(), block.items.end(),
                       [&](const ast::SelectItem& item) { return contains(item.value, is_one); });
}

/// Builds the queries of AggregateParts column by column.
class PartsBuilder {
public:
    PartsBuilder(const std::vector<OutputColumn>& values, const FunctionNames& aggregates, FloatingSums sums,
                 const RelationColumns& columns)
        : values_(values), aggregates_(aggregates), sums_(sums), columns_(columns) {
        // A column of the parts passes for none of the rows.
        for (const OutputColumn& value : values) names_.take(value.name);
    }

    /// A structure is taken apart: the engine hashes and compares the values of its fields several times faster.
    void add_key(const ast::Expression& key) {
        const auto structure = written_structure(key);
        if (!structure) return add_plain_key(key);
        ast::StructLiteral made = *structure;
        for (std::size_t field = 0; field < made.entries.size(); ++field) {
            // What is the same for all rows is no key; and as one, a number would be the position of another.
            if (!may_vary(structure->entries[field].value)) continue;
            add_plain_key(structure->entries[field].value);
            made.entries[field].value = replacements_.at(structure->entries[field].value);
        }
        replacements_[key] = {key.span, std::move(made)};
    }

    /// A key that has the value of another one, which is added later.
    void add_known_key(const ast::Expression& key, std::string_view name) {
        key_columns_[key] = replacements_[key] = column(std::string(name));
    }

    void add_plain_key(const ast::Expression& key) {
        if (key_columns_.contains(key)) return;
        if (auto computed = computed_from_another(key)) {
            replacements_[key] = std::move(*computed);
            return;
        }
        const bool is_column = std::holds_alternative<ast::ColumnReference>(key.node);
        add_key_column(key, is_column ? shown_name(key) : names_.add(shown_name(key)));
    }

    void add_key_column(const ast::Expression& key, const std::string& name) {
        if (key_columns_.contains(key)) return;
        make_.items.push_back(make_item(key, name));
        described_.push_back({.argument = key});
        merge_.items.push_back(make_item(column(name), name));
        make_.group_by.push_back({ast::GroupingElement::Kind::expression, {key}, {}});
        merge_.group_by.push_back({ast::GroupingElement::Kind::expression, {column(name)}, {}});
        keys_.push_back(name);
        key_columns_[key] = replacements_[key] = column(name);
    }

    [[nodiscard]] bool has_column(const std::string& name) const {
        return std::any_of(make_.items.begin(), make_.items.end(),
                           [&](const ast::SelectItem& item) { return item.alias->text == name; });
    }

    /// False where an aggregate cannot be computed from parts.
    bool replace_aggregates(ast::Expression& expression) {
        bool good = true;
        replace_expressions(expression, [&](ast::Expression& each) {
            if (const auto known = replacements_.find(each); known != replacements_.end()) {
                each = ast::Expression(known->second);
                return true;
            }
            if (!is_aggregate_call(each, aggregates_)) return false;
            auto replacement = parts_of(std::get<ast::FunctionCall>(each.node));
            if (!replacement) {
                good = false;
                return true;
            }
            replacements_[each] = *replacement;
            each = std::move(*replacement);
            return true;
        });
        return good;
    }

    AggregateParts finish(ast::Select block) {
        make_.from = make_scan(operator_rows_scan, operator_rows_alias);
        AggregateParts parts;
        parts.rows = values_;
        if (keys_.empty()) {
            parts.of_nothing = make_query(make_);
            // No rows, no parts.
            make_.having = make_binary(make_call("count_star", {}, {}), ast::OperatorKind::greater, zero());
        }
        parts.folds = folds_;
        if (folds_) take_each_row();
        merge_.from = make_scan(operator_rows_scan, operator_rows_alias);
        block.from = make_scan(operator_rows_scan, operator_rows_alias);
        block.group_by.clear();
        block.where = std::move(block.having);
        block.having = {};
        parts.make = make_query(std::move(make_));
        parts.merge = make_query(std::move(merge_));
        parts.finish = make_query(std::move(block));
        parts.keys = std::move(keys_);
        parts.columns = std::move(described_);
        return parts;
    }

private:
    /// Another key plus or minus an interval, as the end of a window is: it tells no groups apart.
    [[nodiscard]] std::optional<ast::Expression> computed_from_another(const ast::Expression& key) const {
        const auto* binary = std::get_if<ast::Binary>(&without_parentheses(key).node);
        if (!binary || !is_sum(binary->op.kind())) return std::nullopt;
        const auto other = key_columns_.find(*binary->left);
        const bool is_interval = std::holds_alternative<ast::IntervalLiteral>(binary->right->node);
        if (other == key_columns_.end() || !is_interval || may_vary(*binary->right)) return std::nullopt;
        return ast::Expression{{}, ast::Parenthesized{make_binary(other->second, binary->op, *binary->right)}};
    }

    static ast::Expression column(const std::string& name) { return make_column(operator_rows_alias, name, {}); }

    /// Every row is a part: what the aggregates make of it alone, in the types that they have over many.
    void take_each_row() {
        const std::vector<OutputColumn> types = columns_.over_rows(make_query(make_), values_);
        for (std::size_t index = 0; index < types.size(); ++index) {
            if (!single_.contains(types[index].name)) continue;
            ast::Expression& value = make_.items[index].value;
            value = std::move(single_[types[index].name]);
            if (kind_of_numbers(types[index].type) != Numbers::none)
                value = cast_to(std::move(value), types[index].type);
        }
        make_.group_by.clear();
        make_.having = {};
    }

    std::string add_part(const ast::FunctionCall& call, std::string_view function, const std::string& merge_function,
                         std::string_view merge_type) {
        const bool is_same = fold_case(call.name.parts.back().text) == function;
        ast::Expression part = is_same ? ast::Expression{{}, call} : same_call(call, function);
        std::string name = names_.add(shown_name(part));
        make_.items.push_back(make_item(std::move(part), name));
        describe(call, function);
        single_[name] = of_one_row(call, std::string(function));
        ast::Expression merged = make_call(merge_function, {column(name)}, {});
        if (!merge_type.empty()) merged = make_cast(std::move(merged), merge_type, {});
        merge_.items.push_back(make_item(std::move(merged), name));
        return name;
    }

    void describe(const ast::FunctionCall& call, std::string_view function) {
        AggregatePart part{.function = std::string(function), .is_plain = !call.filter && !call.respect_nulls};
        const bool of_rows =
            call.arguments.empty() || std::holds_alternative<ast::Star>(call.arguments.front().value.node);
        if (!of_rows) part.argument = call.arguments.front().value;
        described_.push_back(std::move(part));
    }

    /// Of what is summed up.
    [[nodiscard]] ColumnType type_of(const ast::Expression& argument) const {
        if (asks_other_rows(argument)) return {};
        ast::Select select;
        select.items.push_back(make_item(argument, "value"));
        select.from = make_scan(operator_rows_scan, operator_rows_alias);
        return columns_.over_rows(make_query(std::move(select)), values_).front().type;
    }

    static ast::Expression same_call(const ast::FunctionCall& call, std::string_view name) {
        ast::FunctionCall other = call;
        other.name.parts = {make_identifier(name, call.name.span)};
        return {{}, std::move(other)};
    }

    std::optional<ast::Expression> parts_of(const ast::FunctionCall& call) {
        const std::string name = fold_case(call.name.parts.back().text);
        if (call.distinct || !call.order_by.empty() || !call.within_group.empty() || call.ignore_nulls)
            return std::nullopt;
        if (name == "count" || name == "count_star" || name == "count_if" || name == "countif") {
            if (call.arguments.size() > 1) return std::nullopt;
            // Merged it has its own type again: count_if is a HUGEINT, as sums are, the others are BIGINT.
            return column(add_part(call, name, "sum", name == "count" || name == "count_star" ? "BIGINT" : ""));
        }
        static constexpr std::array<std::string_view, 7> idempotent{"min",     "max",    "bool_and", "bool_or",
                                                                    "bit_and", "bit_or", "any_value"};
        if (call.arguments.size() == 1 && std::find(idempotent.begin(), idempotent.end(), name) != idempotent.end())
            return column(add_part(call, name, name, {}));
        // With FILTER, the NULL of a part without such rows would pass for the first value.
        if ((name == "first" || name == "last") && call.arguments.size() == 1 && !call.filter)
            return column(add_part(call, name, name, {}));
        if (name != "sum" && name != "avg" && name != "mean") return std::nullopt;
        if (call.arguments.size() != 1) return std::nullopt;
        const ColumnType type = type_of(call.arguments.front().value);
        const Numbers numbers = kind_of_numbers(type);
        if (numbers == Numbers::none) return std::nullopt;
        if (name != "sum" && type.id == TypeId::decimal && type.scale > largest_scale_of_averages) return std::nullopt;
        const bool exactly = numbers == Numbers::approximate && sums_ == FloatingSums::exact;
        folds_ = folds_ || (numbers == Numbers::approximate && !exactly);
        const ast::Expression sum = exactly ? exact_sum(call) : column(add_part(call, "sum", "sum", {}));
        if (name == "sum") return sum;
        const std::string count = add_part(call, "count", "sum", "BIGINT");
        if (numbers == Numbers::exact) return make_call(average_function_of(type), {sum, column(count)}, {});
        return ast::Expression{{},
                               ast::Parenthesized{make_binary(sum, ast::OperatorKind::divide,
                                                              make_call("nullif", {column(count), zero()}, {}))}};
    }

    ast::Expression exact_sum(ast::FunctionCall call) {
        ast::Expression& argument = call.arguments.front().value;
        argument = make_cast(std::move(argument), "DOUBLE", {});
        return make_call(exact_value_function, {column(add_part(call, exact_sum_function, exact_sum_function, {}))},
                         {});
    }

    static ast::Expression zero() { return make_number(0); }

    const std::vector<OutputColumn>& values_;
    const FunctionNames& aggregates_;
    FloatingSums sums_;
    const RelationColumns& columns_;
    bool folds_ = false;
    ast::Select make_;
    ast::Select merge_;
    std::vector<std::string> keys_;
    std::vector<AggregatePart> described_;              ///< By item of make_.
    ast::ExpressionMap<ast::Expression> replacements_;  ///< By what they stand for.
    ast::ExpressionMap<ast::Expression> key_columns_;   ///< The same, of keys alone.
    std::map<std::string, ast::Expression> single_;     ///< What a single row makes, by the name of the part.
    ShownNames names_;
};

}  // namespace

std::optional<AggregateParts> aggregate_parts(const ast::Select& block, const std::vector<ast::Expression>& groups,
                                              const std::vector<OutputColumn>& values, const FunctionNames& aggregates,
                                              const RelationColumns& columns, FloatingSums sums, bool time_key,
                                              const ast::Expression* same_as_time_key) {
    const bool plain = std::all_of(block.group_by.begin(), block.group_by.end(), [](const auto& element) {
        return element.kind == ast::GroupingElement::Kind::expression;
    });
    if (!plain || block.distinct || !block.distinct_on.empty() || block.qualify || !block.windows.empty())
        return std::nullopt;
    PartsBuilder builder(values, aggregates, sums, columns);
    if (same_as_time_key) builder.add_known_key(*same_as_time_key, time_key_column);
    for (const ast::Expression& group : groups) builder.add_key(group);
    if (time_key) builder.add_key_column(make_column(operator_rows_alias, time_key_column, {}), time_key_column);
    ast::Select finished = block;
    bool good = true;
    for (ast::SelectItem& item : finished.items) good = builder.replace_aggregates(item.value) && good;
    if (finished.having) good = builder.replace_aggregates(*finished.having) && good;
    const auto is_row_value = [&](const ast::Expression& each) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        if (!reference || reference->parts.front().text != operator_rows_alias) return false;
        return std::any_of(values.begin(), values.end(), [&](const OutputColumn& value) {
            return reference->parts.back().text == value.name && !builder.has_column(value.name);
        });
    };
    // A value of single rows that is no key: the engine says so best.
    for (const ast::SelectItem& item : finished.items) good = good && !contains(item.value, is_row_value);
    if (finished.having) good = good && !contains(*finished.having, is_row_value);
    if (!good) return std::nullopt;
    AggregateParts parts = builder.finish(std::move(finished));
    parts.in_order = depends_on_order(block, aggregates);
    return parts;
}

}  // namespace laminar
