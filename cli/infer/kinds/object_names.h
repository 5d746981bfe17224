#pragma once

#include <set>
#include <string>
#include <string_view>

namespace laminar {

/// Names that are given once. Compared without regard to case, as the catalog does.
class UniqueNames {
public:
    /// The name itself, or with a number behind it.
    [[nodiscard]] std::string take(std::string_view wanted);

private:
    std::set<std::string> taken_;  ///< Case folded.
};

/// A plain word of letters, digits and underscores: other characters are underscores; "x" for nothing.
[[nodiscard]] std::string plain_name(std::string_view text);
/// The same in lower case with words apart: PositionReport is position_report.
[[nodiscard]] std::string snake_case_name(std::string_view text);

/// Of the host that a feed comes from: stream.binance.com is binance; "feed" for an address.
[[nodiscard]] std::string connection_name_of_host(std::string_view host);

}  // namespace laminar
