#include "catalog/query/scope.h"

#include <algorithm>

#include "catalog/objects/column_name.h"
#include "parser/text/ascii.h"

namespace laminar {

bool QueryOutput::is_open() const {
    const auto branch_is_open = [](const QueryOutput* branch) { return branch->is_open(); };
    const auto relation_is_open = [](const Relation* relation) { return relation->is_open(); };
    const auto star_is_open = [&](const StarSource* star) {
        return std::any_of(star->relations.begin(), star->relations.end(), relation_is_open);
    };
    return std::any_of(branches.begin(), branches.end(), branch_is_open) ||
           std::any_of(stars.begin(), stars.end(), star_is_open);
}

bool QueryOutput::passes_names() const {
    const auto branch_passes = [](const QueryOutput* branch) { return branch->passes_names(); };
    return !stars.empty() || std::any_of(branches.begin(), branches.end(), branch_passes);
}

const std::string& Relation::column_name(std::size_t index) const {
    return index < renamed.size() ? renamed[index] : known_columns()[index].name;
}

const std::string& Relation::engine_name(std::size_t index) const {
    return index < engine_renamed.size() ? engine_renamed[index] : known_columns()[index].name_in_engine();
}

std::optional<std::size_t> Relation::index_of(std::string_view name, bool quoted) const {
    const std::vector<ScopeColumn>& known = known_columns();
    std::optional<std::size_t> other_case;
    for (std::size_t index = 0; index < known.size(); ++index) {
        if (column_name(index) == name) return index;
        if (other_case || !equals_ignoring_case(column_name(index), name)) continue;
        const bool is_field = !known[index].facts.slots.empty() && (known[index].requested || kind == Kind::scan);
        if (!is_field || (!quoted && !known[index].exact)) other_case = index;
    }
    return other_case;
}

bool Relation::is_unclear(std::string_view name) const {
    std::size_t others = 0;
    for (std::size_t index = 0; index < known_columns().size(); ++index) {
        if (column_name(index) == name) return false;
        if (!known_columns()[index].exact && equals_ignoring_case(column_name(index), name)) ++others;
    }
    return others > 1;
}

std::string engine_name_beside(const std::vector<ScopeColumn>& columns, std::string_view name) {
    std::string engine_name(name);
    const auto is_taken = [&](const ScopeColumn& other) {
        return other.name != name && equals_ignoring_case(other.name_in_engine(), engine_name);
    };
    for (std::size_t marks = 1; std::any_of(columns.begin(), columns.end(), is_taken); ++marks)
        engine_name = engine_column_name(name, marks);
    if (engine_name == name) engine_name.clear();
    return engine_name;
}

Relation* Scope::find_relation(std::string_view alias) const {
    for (Relation* relation : relations) {
        if (equals_ignoring_case(relation->alias, alias)) return relation;
    }
    return nullptr;
}

const ScopeColumn* Scope::find_alias(std::string_view name) const {
    const ScopeColumn* other_case = nullptr;
    for (const ScopeColumn& alias : aliases) {
        if (alias.name == name) return &alias;
        if (other_case == nullptr && equals_ignoring_case(alias.name, name)) other_case = &alias;
    }
    return other_case;
}

bool Scope::is_parameter(std::string_view name) const { return contains_name(parameters, name); }

bool Scope::is_merged(std::string_view engine_name) const { return contains_name(merged_columns, engine_name); }

bool contains_name(const std::vector<std::string>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(),
                       [name](const std::string& each) { return equals_ignoring_case(each, name); });
}

void add_inputs(std::vector<std::size_t>& inputs, const std::vector<std::size_t>& more) {
    for (const std::size_t input : more) {
        if (std::find(inputs.begin(), inputs.end(), input) == inputs.end()) inputs.push_back(input);
    }
}

ValueFacts merge_facts(const ValueFacts& left, const ValueFacts& right) {
    ValueFacts merged = left;
    merged.role = TimeRole::none;
    if (merged.type.id == TypeId::unknown) merged.type = right.type;
    add_inputs(merged.slots, right.slots);
    add_inputs(merged.inputs, right.inputs);
    return merged;
}

}  // namespace laminar
