#include "runtime/plan/aggregate_parts.h"

#include <algorithm>
#include <array>
#include <map>

#include "catalog/catalog.h"
#include "catalog/function_rewriter.h"

namespace laminar {

namespace {

enum class Numbers : std::uint8_t { exact, approximate, none };

Numbers kind_of_numbers(const ColumnType& type) {
    switch (type.id) {
        case TypeId::tinyint:
        case TypeId::smallint:
        case TypeId::integer:
        case TypeId::bigint:
        case TypeId::hugeint:
        case TypeId::utinyint:
        case TypeId::usmallint:
        case TypeId::uinteger:
        case TypeId::ubigint:
        case TypeId::uhugeint:
        case TypeId::decimal:
            return Numbers::exact;
        case TypeId::float32:
        case TypeId::float64:
            return Numbers::approximate;
        default:
            return Numbers::none;
    }
}

/// Builds the three queries of AggregateParts column by column.
class PartsBuilder {
public:
    PartsBuilder(const std::vector<OutputColumn>& values, const FunctionNames& aggregates, bool exact_only)
        : values_(values), aggregates_(aggregates), exact_only_(exact_only) {}

    /// A structure is taken apart: the engine hashes and compares the values of its fields several times faster.
    void add_key(const ast::Expression& key, const std::string& name) {
        const auto* structure = std::get_if<ast::StructLiteral>(&without_parentheses(key).node);
        if (!structure) return add_plain_key(key, name);
        ast::StructLiteral made = *structure;
        for (std::size_t field = 0; field < made.entries.size(); ++field) {
            // What is the same for all rows is no key; and as one, a number would be the position of another.
            if (!may_vary(structure->entries[field].value)) continue;
            const std::string field_name = name + "f" + std::to_string(field);
            add_plain_key(structure->entries[field].value, field_name);
            made.entries[field].value = replacements_.at(text_of(structure->entries[field].value));
        }
        replacements_[text_of(key)] = {key.span, std::move(made)};
    }

    /// A key that has the value of another one, which is added later.
    void add_known_key(const ast::Expression& key, std::string_view name) {
        key_columns_[text_of(key)] = replacements_[text_of(key)] = column(std::string(name));
    }

    void add_plain_key(const ast::Expression& key, const std::string& name) {
        if (key_columns_.contains(text_of(key))) return;
        if (auto computed = computed_from_another(key)) {
            replacements_[text_of(key)] = std::move(*computed);
            return;
        }
        make_.items.push_back(make_item(key, name));
        merge_.items.push_back(make_item(column(name), name));
        make_.group_by.push_back({ast::GroupingElement::Kind::expression, {key}, {}});
        merge_.group_by.push_back({ast::GroupingElement::Kind::expression, {column(name)}, {}});
        keys_.push_back(name);
        key_columns_[text_of(key)] = replacements_[text_of(key)] = column(name);
    }

    /// False where an aggregate cannot be computed from parts.
    bool replace_aggregates(ast::Expression& expression) {
        bool good = true;
        replace_expressions(expression, [&](ast::Expression& each) {
            const std::string text = text_of(each);
            if (const auto known = replacements_.find(text); known != replacements_.end()) {
                each = known->second;
                return true;
            }
            if (!is_aggregate_call(each, aggregates_)) return false;
            auto replacement = parts_of(std::get<ast::FunctionCall>(each.node));
            if (!replacement) {
                good = false;
                return true;
            }
            replacements_[text] = *replacement;
            each = std::move(*replacement);
            return true;
        });
        return good;
    }

    AggregateParts finish(ast::Select block) {
        // No rows, no parts.
        if (keys_.empty()) make_.having = make_binary(make_call("count_star", {}, {}), ">", zero());
        make_.from = make_scan(operator_rows_scan, operator_rows_alias);
        merge_.from = make_scan(operator_rows_scan, operator_rows_alias);
        block.from = make_scan(operator_rows_scan, operator_rows_alias);
        block.group_by.clear();
        block.where = std::move(block.having);
        block.having = {};
        AggregateParts parts;
        parts.make = make_query(std::move(make_));
        parts.merge = make_query(std::move(merge_));
        parts.finish = make_query(std::move(block));
        parts.keys = std::move(keys_);
        return parts;
    }

private:
    /// Another key plus or minus an interval, as the end of a window is: it tells no groups apart.
    [[nodiscard]] std::optional<ast::Expression> computed_from_another(const ast::Expression& key) const {
        const auto* binary = std::get_if<ast::Binary>(&without_parentheses(key).node);
        if (!binary || (binary->op != "+" && binary->op != "-")) return std::nullopt;
        const auto other = key_columns_.find(text_of(without_parentheses(*binary->left)));
        const bool is_interval = std::holds_alternative<ast::IntervalLiteral>(binary->right->node);
        if (other == key_columns_.end() || !is_interval || may_vary(*binary->right)) return std::nullopt;
        return ast::Expression{{}, ast::Parenthesized{make_binary(other->second, binary->op, *binary->right)}};
    }

    static ast::Expression column(const std::string& name) { return make_column(operator_rows_alias, name, {}); }

    std::string add_part(ast::Expression made, const std::string& merge_function, std::string_view merge_type) {
        std::string name = "p" + std::to_string(part_count_++);
        make_.items.push_back(make_item(std::move(made), name));
        ast::Expression merged = make_call(merge_function, {column(name)}, {});
        if (!merge_type.empty()) merged = make_cast(std::move(merged), merge_type, {});
        merge_.items.push_back(make_item(std::move(merged), name));
        return name;
    }

    [[nodiscard]] Numbers numbers_of(const ast::Expression& argument) const {
        const ast::Expression& plain = without_parentheses(argument);
        if (const auto* literal = std::get_if<ast::Literal>(&plain.node))
            return literal->kind == ast::LiteralKind::integer ? Numbers::exact : Numbers::none;
        const auto* reference = std::get_if<ast::ColumnReference>(&plain.node);
        if (!reference) return Numbers::none;
        for (const OutputColumn& value : values_) {
            if (equals_ignoring_case(value.name, reference->parts.back().text)) return kind_of_numbers(value.type);
        }
        return Numbers::none;
    }

    ast::Expression same_call(const ast::FunctionCall& call, std::string_view name) const {
        ast::FunctionCall other = call;
        other.name.parts = {make_identifier(name, call.name.span)};
        return {{}, std::move(other)};
    }

    std::optional<ast::Expression> parts_of(const ast::FunctionCall& call) {
        const std::string name = fold_case(call.name.parts.back().text);
        if (call.distinct || !call.order_by.empty() || !call.within_group.empty() || call.ignore_nulls)
            return std::nullopt;
        const ast::Expression whole{{}, call};
        if (name == "count" || name == "count_star" || name == "count_if" || name == "countif")
            return column(add_part(whole, "sum", "BIGINT"));
        static constexpr std::array<std::string_view, 7> idempotent{"min",     "max",    "bool_and", "bool_or",
                                                                    "bit_and", "bit_or", "any_value"};
        if (call.arguments.size() == 1 && std::find(idempotent.begin(), idempotent.end(), name) != idempotent.end())
            return column(add_part(whole, name, {}));
        // With FILTER, the NULL of a part without such rows would pass for the first value.
        if ((name == "first" || name == "last") && call.arguments.size() == 1 && !call.filter)
            return column(add_part(whole, name, {}));
        if (name != "sum" && name != "avg" && name != "mean") return std::nullopt;
        if (call.arguments.size() != 1) return std::nullopt;
        const Numbers numbers = numbers_of(call.arguments.front().value);
        if (numbers == Numbers::none || (exact_only_ && numbers != Numbers::exact)) return std::nullopt;
        const std::string sum = add_part(same_call(call, "sum"), "sum", {});
        if (name == "sum") return column(sum);
        const std::string count = add_part(same_call(call, "count"), "sum", "BIGINT");
        return ast::Expression{{},
                               ast::Parenthesized{make_binary(make_cast(column(sum), "DOUBLE", {}), "/",
                                                              make_call("nullif", {column(count), zero()}, {}))}};
    }

    static ast::Expression zero() {
        ast::Expression literal;
        literal.node = ast::Literal{ast::LiteralKind::integer, "0"};
        return literal;
    }

    const std::vector<OutputColumn>& values_;
    const FunctionNames& aggregates_;
    bool exact_only_;
    ast::Select make_;
    ast::Select merge_;
    std::vector<std::string> keys_;
    std::map<std::string, ast::Expression> replacements_;  ///< By the text of what they stand for.
    std::map<std::string, ast::Expression> key_columns_;   ///< The same, of keys alone.
    std::size_t part_count_ = 0;
};

}  // namespace

std::optional<AggregateParts> aggregate_parts(const ast::Select& block, const std::vector<ast::Expression>& groups,
                                              const std::vector<OutputColumn>& values, const FunctionNames& aggregates,
                                              bool exact_only, bool time_key, const ast::Expression* same_as_time_key) {
    const bool plain = std::all_of(block.group_by.begin(), block.group_by.end(), [](const auto& element) {
        return element.kind == ast::GroupingElement::Kind::expression;
    });
    if (!plain || block.distinct || !block.distinct_on.empty() || block.qualify || !block.windows.empty())
        return std::nullopt;
    PartsBuilder builder(values, aggregates, exact_only);
    if (same_as_time_key) builder.add_known_key(*same_as_time_key, time_key_column);
    for (std::size_t index = 0; index < groups.size(); ++index)
        builder.add_key(groups[index], "k" + std::to_string(index));
    if (time_key) builder.add_key(make_column(operator_rows_alias, time_key_column, {}), time_key_column);
    ast::Select finished = block;
    bool good = true;
    for (ast::SelectItem& item : finished.items) good = builder.replace_aggregates(item.value) && good;
    if (finished.having) good = builder.replace_aggregates(*finished.having) && good;
    const auto is_row_value = [&](const ast::Expression& each) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        return reference && std::any_of(values.begin(), values.end(), [&](const OutputColumn& value) {
                   return value.name != time_key_column && reference->parts.back().text == value.name;
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

bool depends_on_order(const ast::Select& block, const FunctionNames& aggregates) {
    static constexpr std::array<std::string_view, 16> names{
        "first",   "last", "any_value", "arbitrary", "list",   "array_agg", "string_agg", "group_concat",
        "listagg", "mode", "arg_min",   "arg_max",   "argmin", "argmax",    "min_by",     "max_by"};
    const auto is_one = [&](const ast::Expression& each) {
        return is_aggregate_call(each, aggregates) &&
               std::find(names.begin(), names.end(), called_function(each)) != names.end();
    };
    return (block.having && contains(*block.having, is_one)) ||
           std::any_of(block.items.begin(), block.items.end(),
                       [&](const ast::SelectItem& item) { return contains(item.value, is_one); });
}

}  // namespace laminar
