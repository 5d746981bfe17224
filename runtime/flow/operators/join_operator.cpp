#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "parser/write/sql_writer.h"
#include "runtime/flow/operators/pair_statement.h"
#include "runtime/flow/operators/stream_operator.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/storage/state_table.h"

namespace laminar {

namespace {

constexpr const char* matched_column = "__matched";

ast::Query with_kind(ast::Query query, ast::Join::Kind kind) {
    auto& join = std::get<ast::Join>(std::get<ast::Select>(query.body.node).from->node);
    if (kind == ast::Join::Kind::inner && !join.on) kind = ast::Join::Kind::cross;
    join.kind = kind;
    return query;
}

/// The rows of the left side alone, for SEMI and ANTI.
ast::Query left_alone(ast::Query query) {
    auto& select = std::get<ast::Select>(query.body.node);
    ast::TableReference left = *std::get<ast::Join>(select.from->node).left;
    select.from = std::move(left);
    return query;
}

/// Pairs of rows of two streams. New rows meet those that are kept; a row is kept until the other side's watermark says
/// that no partner can come any more.
class JoinOperator final : public StreamOperator {
public:
    JoinOperator(const PlannedOperator& planned, const JoinPlan& plan, const OperatorContext& context)
        : engine_(context.engine), kind_(plan.kind) {
        added_ = empty_rows(planned.columns);
        for (std::size_t index = 0; index < 2; ++index) {
            Side& side = sides_[index];
            const JoinPlan::Side& planned_side = plan.sides[index];
            const std::string part = index == 0 ? "left" : "right";
            const std::string name = fmt::format("{}:{}", context.name, part);
            side.input = std::make_unique<Fragment>(engine_, planned_side.input, context.scans, context.event_clocks,
                                                    context.observer);
            std::vector<OutputColumn> columns = side.input->columns();
            columns.push_back({arrival_column, TypeId::bigint});
            columns.push_back({matched_column, TypeId::boolean});
            side.state = std::make_unique<StateTable>(engine_, context.state(part), columns);
            side.keeps_unmatched = planned_side.keeps_unmatched;
            side.tracks_matches = planned_side.keeps_unmatched ||
                                  (index == 0 && (kind_ == JoinPlan::Kind::semi || kind_ == JoinPlan::Kind::anti));
            std::vector<OutputColumn> bounds;
            for (std::size_t rule = 0; rule < planned_side.expiries.size(); ++rule) {
                side.bounds.push_back(std::make_unique<TimeBound>(engine_, fmt::format("{}:{}", name, rule),
                                                                  planned_side.expiries[rule].bound, context.clocks));
                bounds.push_back({fmt::format("b{}", rule), TypeId::timestamp});
            }
            side.times_seen.resize(side.bounds.size());
            if (planned_side.time)
                side.time = std::make_unique<TimeBound>(engine_, name + ":time", *planned_side.time, context.clocks);
            if (bounds.empty()) bounds.push_back({"none", TypeId::timestamp});
            side.bound_slot = engine_.create_row_slot(name + ":bounds", bounds);
            side.matched_slot = engine_.create_row_slot(name + ":matched", {{"a", TypeId::bigint}});
            std::string expired = "false";
            for (std::size_t rule = 0; rule < planned_side.expiries.size(); ++rule)
                // Without a time there is no partner, now or later; without a bound everything may still come.
                expired += fmt::format(" OR {0} IS NULL OR coalesce({0} < (SELECT \"b{1}\" FROM {2}), false)",
                                       text_of(planned_side.expiries[rule].value), rule, side.bound_slot->from_sql());
            side.expired = expired;
        }
        for (Side& side : sides_) prepare_side(side);
        const auto pairs = with_kind(plan.query, ast::Join::Kind::inner);
        const std::string left = sides_[0].state->table();
        const std::string right = sides_[1].state->table();
        const std::string new_left = sides_[0].state->buffered();
        const std::string new_right = sides_[1].state->buffered();
        const auto over_pairs = [&](const char* name, const ast::Query& query, bool reports) {
            return std::array<std::unique_ptr<PairStatement>, 2>{
                std::make_unique<PairStatement>(context, fmt::format("{}:{} of new rows", context.name, name), query,
                                                new_left, sides_[1].state->both(), reports),
                std::make_unique<PairStatement>(context, fmt::format("{}:{} of kept rows", context.name, name), query,
                                                left, new_right, reports)};
        };
        if (kind_ == JoinPlan::Kind::pairs) pairs_ = over_pairs("pairs", pairs, true);
        if (sides_[0].tracks_matches || sides_[1].tracks_matches)
            matches_ = over_pairs("matches", plan.matched, kind_ != JoinPlan::Kind::pairs);
        const std::string no_left = fmt::format("(SELECT * FROM {} WHERE false)", left);
        const std::string no_right = fmt::format("(SELECT * FROM {} WHERE false)", right);
        if (sides_[0].keeps_unmatched)
            unmatched_[0] = engine_.prepare(
                query_over(with_kind(plan.query, ast::Join::Kind::left), {unmatched_rows(0), no_right}));
        if (sides_[1].keeps_unmatched)
            unmatched_[1] = engine_.prepare(
                query_over(with_kind(plan.query, ast::Join::Kind::right), {no_left, unmatched_rows(1)}));
        if (kind_ == JoinPlan::Kind::semi) {
            const std::string first_matched = fmt::format(
                "(SELECT * FROM {} WHERE NOT \"{}\" AND \"{}\" IN (SELECT a FROM {}))", sides_[0].state->both(),
                matched_column, arrival_column, sides_[0].matched_slot->from_sql());
            first_matched_ = engine_.prepare(query_over(left_alone(plan.query), {first_matched}));
        } else if (kind_ == JoinPlan::Kind::anti) {
            unmatched_[0] = engine_.prepare(query_over(left_alone(plan.query), {unmatched_rows(0)}));
        }
    }

    ~JoinOperator() override {
        for (Side& side : sides_) {
            side.bound_slot->set_rows(nullptr);
            side.matched_slot->set_rows(nullptr);
        }
    }

    void evaluate() override {
        added_.rows = 0;
        bool came = false;
        for (Side& side : sides_) {
            ResultTable rows = side.input->run();
            came = came || rows.rows > 0;
            number_rows(rows, arrival_column, side.next_arrival);
            side.next_arrival += static_cast<std::int64_t>(rows.rows);
            rows.columns.push_back({matched_column, TypeId::boolean});
            rows.values.emplace_back(TypeId::boolean);
            for (std::size_t row = 0; row < rows.rows; ++row) rows.values.back().append(std::uint8_t{0});
            side.state->buffer(std::move(rows));
        }
        if (came) find_pairs();
        bool moved = came;
        for (Side& side : sides_) moved = look_at_bounds(side) || moved;
        expires_ = moved;
        if (!moved) return;
        for (const std::size_t index : {std::size_t{0}, std::size_t{1}}) {
            if (unmatched_[index]) append_rows(added_, unmatched_[index]->execute());
            Side& side = sides_[index];
            side.output_time = {};
            if (!side.time) continue;
            const StreamTime now = side.time->now();
            if (!now.is_known()) continue;
            const auto least = first_timestamp(side.least->execute());
            side.output_time.advance(least ? std::min(*least, *now.value()) : *now.value());
        }
    }

    void apply() override {
        for (Side& side : sides_) {
            side.state->begin_changes();
            side.state->write();
            if (side.matched.rows > 0) (void)side.mark->execute();
            if (expires_ && !side.bounds.empty()) side.state->remove_with(*side.forget);
        }
    }

    void on_commit() override {
        for (Side& side : sides_) {
            side.state->on_commit();
            side.matched_slot->set_rows(nullptr);
            side.matched = empty_rows({{"a", TypeId::bigint}});
        }
        expires_ = false;
    }

    /// Whenever rows came, bounds are looked at.
    [[nodiscard]] bool changes_engine() const override { return expires_; }
    [[nodiscard]] StreamTime output_time(std::size_t side) const override { return sides_[side].output_time; }
    void save(ScopedNumbers& numbers) const override {
        numbers.set("left arrivals", sides_[0].next_arrival);
        numbers.set("right arrivals", sides_[1].next_arrival);
    }
    void take_up(const ScopedNumbers& numbers) override {
        sides_[0].next_arrival = numbers.find("left arrivals").value_or(0);
        sides_[1].next_arrival = numbers.find("right arrivals").value_or(0);
    }
    [[nodiscard]] std::uint64_t state_rows() const override {
        return sides_[0].state->rows() + sides_[1].state->rows();
    }
    [[nodiscard]] std::uint64_t state_bytes() const override {
        return sides_[0].state->bytes() + sides_[1].state->bytes();
    }

private:
    struct Side {
        std::unique_ptr<Fragment> input;
        std::unique_ptr<BatchSlot> bound_slot;    ///< Slots outlive the statements that read them.
        std::unique_ptr<BatchSlot> matched_slot;  ///< Arrival numbers of rows that found a partner in this cycle.
        std::unique_ptr<StateTable> state;
        std::vector<std::unique_ptr<TimeBound>> bounds;
        std::vector<StreamTime> times_seen;
        std::unique_ptr<TimeBound> time;
        std::unique_ptr<PreparedQuery> mark;
        std::unique_ptr<PreparedQuery> forget;
        std::unique_ptr<PreparedQuery> least;
        ResultTable bound_row;
        ResultTable matched;
        std::string expired;
        StreamTime output_time;
        std::int64_t next_arrival = 0;
        bool keeps_unmatched = false;
        bool tracks_matches = false;
    };

    void prepare_side(Side& side) {
        const std::string table = side.state->table();
        side.forget =
            engine_.prepare(fmt::format("DELETE FROM {} WHERE \"{}\" IN (SELECT \"{}\" FROM {} AS \"__rows\" WHERE {})",
                                        table, arrival_column, arrival_column, table, side.expired));
        side.mark = engine_.prepare(fmt::format("UPDATE {} SET \"{}\" = true WHERE \"{}\" IN (SELECT a FROM {})", table,
                                                matched_column, arrival_column, side.matched_slot->from_sql()));
        if (side.time)
            side.least = engine_.prepare(fmt::format("SELECT min(\"__key\") FROM {} AS \"__rows\" WHERE NOT ({})",
                                                     side.state->both(), side.expired));
        side.matched = empty_rows({{"a", TypeId::bigint}});
    }

    [[nodiscard]] std::string unmatched_rows(std::size_t index) const {
        const Side& side = sides_[index];
        return fmt::format(
            "(SELECT * FROM {} AS \"__rows\" WHERE NOT \"{}\" AND \"{}\" NOT IN (SELECT a FROM {}) AND ({}))",
            side.state->both(), matched_column, arrival_column, side.matched_slot->from_sql(), side.expired);
    }

    void find_pairs() {
        for (auto& statement : matches_) {
            if (!statement) continue;
            const ResultTable found = statement->execute();
            for (std::size_t index = 0; index < 2; ++index) {
                Side& side = sides_[index];
                if (!side.tracks_matches) continue;
                side.matched.values.front().append_all(found.values[index]);
                side.matched.rows += found.rows;
            }
        }
        for (Side& side : sides_) side.matched_slot->set_rows(&side.matched);
        for (auto& statement : pairs_) {
            if (statement) append_rows(added_, statement->execute());
        }
        if (first_matched_) append_rows(added_, first_matched_->execute());
    }

    /// True when a bound has moved, so that rows may have to be forgotten.
    bool look_at_bounds(Side& side) {
        bool moved = false;
        side.bound_row = empty_rows({});
        for (std::size_t rule = 0; rule < side.bounds.size(); ++rule) {
            const StreamTime time = side.bounds[rule]->now();
            moved = moved || !(time == side.times_seen[rule]);
            side.times_seen[rule] = time;
            ResultTable value = single_timestamp(fmt::format("b{}", rule), time.value());
            side.bound_row.columns.push_back(value.columns.front());
            side.bound_row.values.push_back(std::move(value.values.front()));
        }
        if (side.bounds.empty()) side.bound_row = single_timestamp("none", std::nullopt);
        side.bound_row.rows = 1;
        side.bound_slot->set_rows(&side.bound_row);
        return moved;
    }

    Engine& engine_;
    JoinPlan::Kind kind_;
    Side sides_[2];
    std::array<std::unique_ptr<PairStatement>, 2> pairs_;
    std::array<std::unique_ptr<PairStatement>, 2> matches_;
    std::unique_ptr<PreparedQuery> first_matched_;  ///< SEMI: rows that found a partner just now.
    std::unique_ptr<PreparedQuery> unmatched_[2];
    bool expires_ = false;
};

}  // namespace

std::unique_ptr<StreamOperator> make_join_operator(const PlannedOperator& planned, const JoinPlan& plan,
                                                   const OperatorContext& context) {
    return std::make_unique<JoinOperator>(planned, plan, context);
}

}  // namespace laminar
