#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catalog/query/bound_query.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/inputs/pipeline_inputs.h"
#include "runtime/flow/inputs/upstream_rows.h"
#include "runtime/flow/operators/operator_graph.h"

namespace laminar {

/// What a pipeline has made in the present cycle, for its sink and for those that read it. Engine thread only.
class PipelineOutput final : public UpstreamRows {
public:
    /// All outlive it; is_shaped: a sink has given the columns names and types of its own.
    PipelineOutput(const std::string& name, const BoundQuery& query, const PipelineInputs& inputs, bool is_shaped)
        : name_(name), query_(query), inputs_(inputs), is_shaped_(is_shaped) {}

    /// The pipeline is planned; the graph outlives it. Throws EngineException.
    void open(OperatorGraph& graph);
    void set(OperatorGraph::Result result) { result_ = std::move(result); }
    void clear();
    void set_finished(bool finished) noexcept { finished_ = finished; }
    void set_failed(std::string failure) { failure_ = std::move(failure); }
    /// Whether the pipeline may take in more in this cycle, as far as readers are concerned.
    void let_go_on() noexcept { is_held_back_ = false; }
    [[nodiscard]] bool is_held_back() const noexcept { return is_held_back_; }

    [[nodiscard]] const ResultTable& added_rows() const noexcept { return result_.added; }
    [[nodiscard]] const ResultTable& removed_rows() const noexcept { return result_.removed; }
    [[nodiscard]] bool is_empty() const noexcept { return result_.added.rows + result_.removed.rows == 0; }

    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] const std::set<std::string>& fed_by() const override { return inputs_.fed_by(); }
    [[nodiscard]] unsigned most_retries() const override { return inputs_.most_retries(); }
    void add_reader() override { is_read_ = true; }
    [[nodiscard]] std::vector<OutputColumn> columns() const override;
    [[nodiscard]] InputTime time() const override;
    void watch(std::size_t clock) override;
    [[nodiscard]] const ResultTable* added() const override {
        return result_.added.rows > 0 ? &result_.added : nullptr;
    }
    [[nodiscard]] const ResultTable* removed() const override {
        return result_.removed.rows > 0 ? &result_.removed : nullptr;
    }
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> arrived_at() const override {
        return inputs_.arrived_at();
    }
    [[nodiscard]] StreamTime time_of(std::size_t clock) const override { return graph_->time_of(clock); }
    [[nodiscard]] const RowMarks* marks(std::size_t clock) const override;
    [[nodiscard]] bool has_finished() const override { return finished_; }
    [[nodiscard]] const std::string& failure() const override { return failure_; }
    void hold_back() override { is_held_back_ = true; }

private:
    [[nodiscard]] ResultTimes times() const;

    const std::string& name_;
    const BoundQuery& query_;
    const PipelineInputs& inputs_;
    const bool is_shaped_;
    OperatorGraph* graph_ = nullptr;  ///< Null while the columns are not known.
    OperatorGraph::Result result_;
    bool is_read_ = false;
    bool finished_ = false;
    std::string failure_;
    bool is_held_back_ = false;
};

}  // namespace laminar
