#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cli/infer/kinds/value_structures.h"

namespace laminar {

/// What the values of a group are made of, and how many of them have it.
class KindProfile {
public:
    /// Borrows structures. members: indices of values.
    KindProfile(const ValueStructures& structures, const std::vector<std::size_t>& members);

    void add(const KindProfile& other);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// How many have a feature.
    [[nodiscard]] std::size_t count(std::uint32_t feature) const noexcept { return counts_[feature]; }
    /// How uneven the values are: by the weight of what some of them have and others not.
    [[nodiscard]] double unevenness() const;
    /// Of the weight of what either has, the part that both have.
    [[nodiscard]] double similarity(const KindProfile& other) const { return similarity(other, nullptr); }
    /// The same but for what nearly all values of a group have that both are of.
    [[nodiscard]] double similarity_beside(const KindProfile& other, const KindProfile& all) const {
        return similarity(other, &all);
    }
    /// Whether other has nothing that this has not.
    [[nodiscard]] bool contains(const KindProfile& other) const;

private:
    [[nodiscard]] double similarity(const KindProfile& other, const KindProfile* all) const;
    [[nodiscard]] bool is_common(std::uint32_t feature) const;

    const ValueStructures* structures_;
    std::vector<std::uint32_t> counts_;  ///< By feature.
    std::size_t size_;
};

}  // namespace laminar
