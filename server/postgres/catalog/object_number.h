#pragma once

#include <cstdint>
#include <set>
#include <string_view>

namespace laminar::postgres {

/// Gives objects their numbers (oids). They go by kind and name, which makes them the same in every session and after
/// every restart; only names that meet by chance depend on which comes first. A value.
class ObjectNumbers {
public:
    /// From 16384, where PostgreSQL's own end, and below 2^31. Names are compared without regard to case.
    [[nodiscard]] std::uint32_t number(std::string_view kind, std::string_view name);

private:
    std::set<std::uint32_t> taken_;
};

}  // namespace laminar::postgres
