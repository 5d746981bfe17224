#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/bind/binder.h"
#include "catalog/objects/catalog.h"
#include "recording.h"
#include "row_texts.h"
#include "runtime/engine/engine.h"

namespace laminar::test {

/// How rows fall into batches, and the batches of several inputs into cycles.
struct Feeding {
    enum class Order : std::uint8_t {
        together,           ///< Every cycle has a batch of every input.
        by_turns,           ///< A batch of the first input, one of the second, ...
        first_input_first,  ///< All of the first input before any of the second.
        last_input_first,
        at_random  ///< Inputs and sizes of batches at random, by seed.
    };
    std::size_t batch = 1;
    Order order = Order::together;
    std::uint64_t seed = 0;
    /// Inputs end with their last batches; else all of them at the very end.
    bool ends_early = false;
    /// In every other cycle one of the pipelines is paused, each in its turn.
    bool pauses = false;
    /// The query itself begins after so many cycles, and has nothing of what came before.
    std::size_t cycles_before = 0;

    [[nodiscard]] std::string text() const;
};

/// A continuous query, bound, that can be run again and again over recordings, each time as a RunningPipeline in a
/// StreamGraph that decodes messages; the pipelines it reads are run with it.
class StreamQuery {
public:
    /// setup: statements that create views and pipelines. Throws std::runtime_error with the findings.
    StreamQuery(const std::string& setup, const std::string& query);

    struct Outcome {
        std::vector<RowText> rows;        ///< With changes: those that are left at the end.
        std::size_t rows_before_end = 0;  ///< Delivered while there was more to come of every input.
        std::string types;
        std::uint64_t late_rows = 0;
        std::string problem;  ///< A row taken back that was not there, or that the engine refused.
    };
    /// Throws std::runtime_error where it is refused.
    [[nodiscard]] Outcome run(const Recording& recording, const Feeding& feeding) const;

    /// The bound query as DuckDB's SQL over the tables of a recording, without rows that are late.
    [[nodiscard]] std::string batch_sql(const std::vector<LateRule>& rules) const;
    /// The last query as the program answers it ad hoc, over all rows of a recording's tables; it reads no pipeline.
    [[nodiscard]] std::string ad_hoc_sql() const;
    /// The streams it reads, in the order in which it names them.
    [[nodiscard]] const std::vector<std::string>& streams() const noexcept { return streams_; }

private:
    struct Stage {
        std::string name;
        BoundQuery query;
        std::shared_ptr<const PipelineFacts> facts;
    };
    void add_stage(const PipelineObject& pipeline, const BoundQuery& query);

    Catalog catalog_;
    SourceTextPtr source_;
    std::vector<Stage> stages_;  ///< The query itself is the last one.
    std::vector<std::string> streams_;
};

}  // namespace laminar::test
