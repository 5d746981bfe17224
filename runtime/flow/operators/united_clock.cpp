#include "runtime/flow/operators/united_clock.h"

#include <fmt/format.h>

#include <tuple>

namespace laminar {

UnitedClock::UnitedClock(Engine& engine, const std::string& name, const TimeKey& members, const StreamClocks& clocks)
    : bound_(engine, name, members, clocks) {
    for (const ClockValue& member : members)
        members_.emplace_back(engine, fmt::format("{}:marks {}", name, members_.size()), member.expression);
}

void UnitedClock::take_marks(std::size_t member, const RowMarks& said, RowMarks& marks) const {
    std::vector<std::int64_t> watermarks;
    for (const RowMark& mark : said) {
        if (mark.kind == RowMark::Kind::known) watermarks.push_back(mark.watermark);
    }
    const std::vector<std::optional<std::int64_t>> values = members_[member].at(watermarks);
    std::size_t next = 0;
    for (std::size_t row = 0; row < said.size(); ++row) {
        RowMark mark = said[row];
        if (mark.kind == RowMark::Kind::known) {
            const std::optional<std::int64_t> value = values[next++];
            mark = value ? RowMark{RowMark::Kind::known, *value} : RowMark{RowMark::Kind::unknown};
        }
        // Two of one input ask for the later of two watermarks, as they do where they are asked one by one.
        if (std::tie(marks[row].kind, marks[row].watermark) < std::tie(mark.kind, mark.watermark)) marks[row] = mark;
    }
}

}  // namespace laminar
