#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/flow/operators/event_clock.h"
#include "runtime/plan/time/input_time.h"

namespace laminar {

/// What a pipeline offers to pipelines that read it: the rows of the present cycle, with the clocks they were dated by.
/// Engine thread only; outlives its readers.
class UpstreamRows {
public:
    virtual ~UpstreamRows() = default;

    [[nodiscard]] virtual const std::string& name() const = 0;
    /// Connections whose rows reach it, also by way of others, and how often one of them has a row tried again at most.
    [[nodiscard]] virtual const std::set<std::string>& fed_by() const = 0;
    [[nodiscard]] virtual unsigned most_retries() const = 0;

    /// Somebody reads it: its clocks are watched from the first row on, also where the columns are not known yet.
    virtual void add_reader() = 0;
    /// Under the names of the query, whatever a sink calls them; empty while they are not known.
    [[nodiscard]] virtual std::vector<OutputColumn> columns() const = 0;
    /// Once the columns are known, as all below: which of them grow with time, and whether rows are taken back.
    [[nodiscard]] virtual InputTime time() const = 0;
    /// A reader wants to know of one of the clocks from now on. Throws EngineException.
    virtual void watch(std::size_t clock) = 0;

    /// Rows of this cycle, those taken back among them; null when none.
    [[nodiscard]] virtual const ResultTable* added() const = 0;
    [[nodiscard]] virtual const ResultTable* removed() const = 0;
    /// When the oldest message arrived that this cycle's rows were made of; nothing: time alone has made them.
    [[nodiscard]] virtual std::optional<std::chrono::steady_clock::time_point> arrived_at() const = 0;
    /// A clock as of this cycle, and what it says about the rows of added(); null where none is late.
    [[nodiscard]] virtual StreamTime time_of(std::size_t clock) const = 0;
    [[nodiscard]] virtual const RowMarks* marks(std::size_t clock) const = 0;
    /// No row comes any more, after those of this cycle.
    [[nodiscard]] virtual bool has_finished() const = 0;
    /// Nor those that should have come: an answer over what did come would be a wrong one.
    /// Empty while it has not; else which pipeline failed first, and why.
    [[nodiscard]] virtual const std::string& failure() const = 0;

    /// A reader stands still: it takes in nothing more in this cycle.
    virtual void hold_back() = 0;
};

}  // namespace laminar
