#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "cli/infer/kinds/message_kinds.h"

namespace laminar {

/// Looks for conditions that hold for all values of one kind and for none of the others. Borrows everything.
class ConditionSearch {
public:
    ConditionSearch(const std::vector<JsonValue>& values, const ValueStructures& structures,
                    const std::vector<std::vector<std::size_t>>& kinds, std::size_t kind, bool has_plain_values);

    /// No conditions where there is nothing else; nullopt where none can tell.
    [[nodiscard]] std::optional<std::vector<KindCondition>> find();
    /// When find has found none: the kind that most of the values belong to which cannot be told apart from these;
    /// itself where they belong to none.
    [[nodiscard]] std::size_t nearest() const noexcept { return nearest_; }

private:
    struct Candidate {
        KindCondition condition;
        double cost = 0;             ///< The more, the less it says to people, or of messages still to come.
        std::vector<bool> excludes;  ///< By other value.
        std::size_t excluded = 0;
    };

    [[nodiscard]] bool may_ask_for(const std::string& place) const;
    void add_tests_of_tags(std::uint32_t place);
    void add_test_of_presence(std::uint32_t feature);
    void add(KindCondition condition, double cost, const std::vector<bool>& excludes);
    [[nodiscard]] double cost_of_values(std::uint32_t place, const std::vector<TagValue>& values) const;

    const std::vector<JsonValue>& values_;
    const ValueStructures& structures_;
    const std::vector<std::vector<std::size_t>>& kinds_;
    const bool has_plain_values_;  ///< There are values of no kind, which any condition keeps away.
    const std::vector<std::size_t>& members_;
    std::vector<std::size_t> others_;
    std::vector<std::size_t> kind_of_other_;
    std::vector<Candidate> candidates_;
    std::size_t nearest_;
};

}  // namespace laminar
