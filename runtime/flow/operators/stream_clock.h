#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/plan/stream/stream_plan.h"

namespace laminar {

/// Times that streams go by: some 285,000 years around 1970, so that gaps and delays can be added to them. Others, and
/// the infinite ones, are taken for no time: they would end a clock, or make the engine fail at the first addition.
[[nodiscard]] constexpr bool is_stream_time(std::int64_t micros) noexcept {
    constexpr std::int64_t farthest = 9'000'000'000'000'000'000;
    return -farthest <= micros && micros <= farthest;
}

/// How far time has come, in UTC microseconds: rows still to come are not before it. It never goes back.
class StreamTime {
public:
    static constexpr std::int64_t end = std::numeric_limits<std::int64_t>::max();

    /// Later times only.
    void advance(std::int64_t to) {
        if (!value_ || to > *value_) value_ = to;
    }
    void finish() { value_ = end; }
    [[nodiscard]] bool is_known() const noexcept { return value_.has_value(); }
    [[nodiscard]] bool is_finished() const noexcept { return value_ == end; }
    [[nodiscard]] const std::optional<std::int64_t>& value() const noexcept { return value_; }
    /// Nothing of that time comes any more.
    [[nodiscard]] bool has_passed(std::int64_t time) const noexcept { return value_ && time < *value_; }
    friend bool operator==(const StreamTime&, const StreamTime&) = default;

private:
    std::optional<std::int64_t> value_;  ///< Nothing: not a row has come yet.
};

/// The clocks of a plan, by index. Engine thread only.
using StreamClocks = std::vector<StreamTime>;

/// An expression over clock_variable at any values of a clock.
class ClockExpression {
public:
    /// name is unique among slots.
    ClockExpression(Engine& engine, const std::string& name, const ast::Expression& expression);

    /// NULL where it has no value.
    [[nodiscard]] std::vector<std::optional<std::int64_t>> at(const std::vector<std::int64_t>& times) const;

private:
    std::unique_ptr<BatchSlot> slot_;            ///< Outlives the statement, which reads it.
    std::unique_ptr<PreparedQuery> expression_;  ///< Null where it is the clock itself.
};

/// A time key at the present value of its clocks: the least of its inputs. Asks the engine, and again only when a
/// clock has moved so far that the key, which grows with it, may have another value.
class TimeBound {
public:
    /// name is unique among slots.
    TimeBound(Engine& engine, const std::string& name, const TimeKey& key, const StreamClocks& clocks);

    [[nodiscard]] StreamTime now();

private:
    struct Value {
        std::size_t clock = 0;
        std::unique_ptr<PreparedQuery> expression;  ///< Null where it is the clock itself.
        StreamTime clock_seen;
        std::int64_t holds_until = 0;  ///< From the clock's value seen up to this one the result is the same.
        StreamTime result;
    };
    StreamTime evaluate(Value& value);

    const StreamClocks& clocks_;
    std::unique_ptr<BatchSlot> slot_;  ///< Outlives the statements, which read it.
    std::vector<Value> values_;
};

/// Whether an expression over clock_variable is the clock as a TIMESTAMP.
[[nodiscard]] bool is_clock_itself(const ast::Expression& expression);

/// A result with one TIMESTAMP, or NULL.
[[nodiscard]] ResultTable single_timestamp(std::string_view column, std::optional<std::int64_t> value);
/// The first value of a result, as TIMESTAMP.
[[nodiscard]] std::optional<std::int64_t> first_timestamp(const ResultTable& rows);

}  // namespace laminar
