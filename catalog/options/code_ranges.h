#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

struct CodeRange {
    int first = 0;
    int last = 0;  ///< Not below first.
};

/// "1008", or "300-407"; nullopt for any other text.
[[nodiscard]] std::optional<CodeRange> parse_code_range(std::string_view text);

/// Some status or close codes, as options list them. Immutable.
class CodeRanges {
public:
    CodeRanges() = default;
    /// Texts that are no range are left out: options are checked before.
    explicit CodeRanges(const std::vector<std::string>& texts);

    [[nodiscard]] bool contain(int code) const noexcept;

private:
    std::vector<CodeRange> ranges_;
};

}  // namespace laminar
