#include "runtime/plan/expressions/group_keys.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "parser/text/ascii.h"

namespace laminar {

namespace {

/// What a set of GROUPING SETS groups by; empty for ROLLUP and CUBE, whose sets differ.
std::vector<ast::Expression> keys_of_set(const ast::GroupingElement& set) {
    if (set.kind != ast::GroupingElement::Kind::expression) return {};
    const ast::Expression& plain = without_parentheses(set.expressions.front());
    const auto* tuple = std::get_if<ast::Tuple>(&plain.node);
    return tuple ? tuple->elements : std::vector<ast::Expression>{plain};
}

std::vector<ast::Expression> in_all_sets(const ast::GroupingElement& sets) {
    if (sets.elements.empty()) return {};
    std::vector<ast::Expression> common = keys_of_set(sets.elements.front());
    for (const ast::GroupingElement& set : sets.elements) {
        const std::vector<ast::Expression> keys = keys_of_set(set);
        std::erase_if(common, [&](const ast::Expression& key) {
            return std::none_of(keys.begin(), keys.end(),
                                [&](const ast::Expression& other) { return ast::same_structure(other, key); });
        });
    }
    return common;
}

}  // namespace

void write_out_group_by_all(ast::Select& select, const FunctionNames& aggregates) {
    if (!select.group_by_all) return;
    select.group_by_all = false;
    for (const ast::SelectItem& item : select.items) {
        if (contains(item.value, [&](const auto& each) { return is_aggregate_call(each, aggregates); })) continue;
        select.group_by.push_back({ast::GroupingElement::Kind::expression, {item.value}, {}});
    }
}

ast::Expression written_out_key(const ast::Select& select, const ast::Expression& key) {
    if (const auto position = constant_number(key); position && *position >= 1 && *position <= select.items.size())
        return select.items[*position - 1].value;
    const auto* reference = std::get_if<ast::ColumnReference>(&without_parentheses(key).node);
    const auto item = std::find_if(select.items.begin(), select.items.end(), [&](const ast::SelectItem& each) {
        return reference && reference->parts.size() == 1 &&
               equals_ignoring_case(each.alias->text, reference->parts.front().text);
    });
    return item != select.items.end() ? item->value : key;
}

std::vector<ast::Expression> written_out_groups(const ast::Select& select) {
    std::vector<ast::Expression> groups;
    const auto add = [&](const ast::Expression& key) {
        // A number that is the position of no item: the engine says so best.
        const auto position = constant_number(key);
        if (!position || (*position >= 1 && *position <= select.items.size()))
            groups.push_back(written_out_key(select, key));
    };
    for (const ast::GroupingElement& element : select.group_by) {
        if (element.kind == ast::GroupingElement::Kind::expression) {
            for (const ast::Expression& key : element.expressions) add(key);
        } else if (element.kind == ast::GroupingElement::Kind::grouping_sets) {
            for (const ast::Expression& key : in_all_sets(element)) add(key);
        }
    }
    return groups;
}

bool has_plain_groups(const ast::Select& select) {
    return std::all_of(select.group_by.begin(), select.group_by.end(), [](const ast::GroupingElement& element) {
        return element.kind == ast::GroupingElement::Kind::expression;
    });
}

void write_out_aliases(ast::Expression& expression, const ast::Select& select,
                       const std::vector<FromRelation>& relations) {
    replace_free_expressions(expression, [&](ast::Expression& each, const std::vector<std::string>&) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        if (!reference || resolve(*reference, relations)) return false;
        for (const ast::SelectItem& item : select.items) {
            if (!equals_ignoring_case(item.alias->text, reference->parts.front().text)) continue;
            ast::Expression value = item.value;
            for (std::size_t field = 1; field < reference->parts.size(); ++field)
                value = make_struct_field(std::move(value), reference->parts[field].text);
            each = std::move(value);
            return true;
        }
        return false;
    });
}

}  // namespace laminar
