#pragma once

#include <exception>
#include <set>
#include <string>
#include <utility>

#include "parser/diagnostic/diagnostic.h"
#include "parser/diagnostic/target_codes.h"

namespace laminar::flink {

/// Thrown after the finding has been reported.
struct Refused : std::exception {};

/// What cannot be exported, and what differs. Where a node has no place of its own in the text, the place is that of
/// what it is a part of.
class Findings {
public:
    explicit Findings(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    /// Where findings without a place are shown from now on.
    void set_place(SourceSpan span) {
        if (!span.empty()) place_ = span;
    }
    [[nodiscard]] SourceSpan place() const noexcept { return place_; }

    /// Flink has nothing that means the same.
    [[noreturn]] void refuse(SourceSpan span, std::string message, std::string hint = {}) const {
        diagnostics_.error(no_equal_in_target, where(span), std::move(message), std::move(hint));
        throw Refused();
    }
    /// A relation or a column that Flink does not have.
    [[noreturn]] void refuse_missing(SourceSpan span, std::string message, std::string hint) const {
        diagnostics_.error(not_in_target, where(span), std::move(message), std::move(hint));
        throw Refused();
    }
    /// Said once for each place.
    void warn(SourceSpan span, const std::string& message, std::string hint) {
        const SourceSpan place = where(span);
        if (warned_.emplace(place.begin, message).second)
            diagnostics_.warning(target_differs, place, message, std::move(hint));
    }

private:
    [[nodiscard]] SourceSpan where(SourceSpan span) const { return span.empty() ? place_ : span; }

    Diagnostics& diagnostics_;
    SourceSpan place_;
    std::set<std::pair<std::uint32_t, std::string>> warned_;
};

}  // namespace laminar::flink
