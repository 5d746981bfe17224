#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cli/infer/columns/scalar_facts.h"

namespace laminar {

/// What has stood at one place of the values of a kind, and below it. Bounded: objects with very many different members
/// are maps, what is deeper than a few levels is not looked into, and of everything else there is no more than a budget
/// allows.
class ValueShape {
public:
    using Member = std::pair<std::string, std::unique_ptr<ValueShape>>;

    /// Nodes that the shapes below one root may have together.
    struct Budget {
        std::size_t nodes = 20'000;
    };

    /// text: a value of JSON. received_at: of its message.
    void add(std::string_view text, std::int64_t received_at, Budget& budget) { add(text, received_at, budget, 0); }

    [[nodiscard]] std::uint64_t seen() const noexcept { return nulls_ + scalars_.count() + objects_ + arrays_; }
    [[nodiscard]] std::uint64_t nulls() const noexcept { return nulls_; }
    [[nodiscard]] std::uint64_t objects() const noexcept { return objects_; }
    [[nodiscard]] std::uint64_t arrays() const noexcept { return arrays_; }
    [[nodiscard]] const ScalarFacts& scalars() const noexcept { return scalars_; }
    [[nodiscard]] bool is_object() const noexcept { return objects_ > 0 && arrays_ == 0 && scalars_.count() == 0; }
    [[nodiscard]] bool is_array() const noexcept { return arrays_ > 0 && objects_ == 0 && scalars_.count() == 0; }
    [[nodiscard]] bool is_scalar() const noexcept { return scalars_.count() > 0 && objects_ == 0 && arrays_ == 0; }
    [[nodiscard]] bool is_opaque() const noexcept { return opaque_; }  ///< It has not all been looked into.

    /// Of objects, in the order in which they were first seen; none where they are maps.
    [[nodiscard]] const std::vector<Member>& members() const noexcept { return members_; }
    [[nodiscard]] const ValueShape* member(std::string_view name) const;
    /// Of objects: very many different members have been seen, which are not kept.
    [[nodiscard]] bool is_map() const noexcept { return is_map_; }

    /// Of arrays: all elements together, null where there was none; and each of the first by itself.
    [[nodiscard]] const ValueShape* elements() const noexcept { return elements_.get(); }
    [[nodiscard]] const std::vector<std::unique_ptr<ValueShape>>& positions() const noexcept { return positions_; }
    [[nodiscard]] std::size_t shortest() const noexcept { return shortest_; }
    [[nodiscard]] std::size_t longest() const noexcept { return longest_; }

    /// Scalars, empty containers and maps below, each place once.
    [[nodiscard]] std::size_t leaves() const;

private:
    void add(std::string_view text, std::int64_t received_at, Budget& budget, std::size_t depth);
    void add_members(std::string_view object, std::int64_t received_at, Budget& budget, std::size_t depth);
    void add_elements(std::string_view array, std::int64_t received_at, Budget& budget, std::size_t depth);
    [[nodiscard]] bool take_node(std::unique_ptr<ValueShape>& node, Budget& budget);

    std::uint64_t nulls_ = 0;
    std::uint64_t objects_ = 0;
    std::uint64_t arrays_ = 0;
    ScalarFacts scalars_;
    std::vector<Member> members_;
    std::unordered_map<std::string, std::size_t> places_;  ///< Of the members.
    bool is_map_ = false;
    std::unique_ptr<ValueShape> elements_;
    std::vector<std::unique_ptr<ValueShape>> positions_;
    std::size_t shortest_ = 0;
    std::size_t longest_ = 0;
    bool opaque_ = false;
};

}  // namespace laminar
