#include "catalog/scope.h"

#include <algorithm>

#include "catalog/catalog.h"

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

ScopeColumn* Relation::find(std::string_view name) {
    std::vector<ScopeColumn>& known = known_columns();
    for (std::size_t index = 0; index < known.size(); ++index) {
        if (equals_ignoring_case(column_name(index), name)) return &known[index];
    }
    return nullptr;
}

Relation* Scope::find_relation(std::string_view alias) const {
    for (Relation* relation : relations) {
        if (equals_ignoring_case(relation->alias, alias)) return relation;
    }
    return nullptr;
}

const ScopeColumn* Scope::find_alias(std::string_view name) const {
    for (const ScopeColumn& alias : aliases) {
        if (equals_ignoring_case(alias.name, name)) return &alias;
    }
    return nullptr;
}

bool Scope::is_parameter(std::string_view name) const { return contains_name(parameters, name); }

bool Scope::is_merged(std::string_view name) const { return contains_name(merged_columns, name); }

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
    if (merged.type.id == TypeId::unknown) merged.type = right.type;
    add_inputs(merged.slots, right.slots);
    add_inputs(merged.inputs, right.inputs);
    return merged;
}

}  // namespace laminar
