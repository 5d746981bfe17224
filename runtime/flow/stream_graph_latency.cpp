// How long rows may wait for more, and when what waits is due.

#include <algorithm>
#include <map>

#include "runtime/flow/stream_graph.h"

namespace laminar {

void StreamGraph::set_max_latency(std::chrono::microseconds latency) {
    max_latency_ = latency;
    share_out_latency();
}

/// An input waits for as long as all allow who read it. What a reader of a pipeline says counts for that pipeline, too;
/// what is said of nobody does not: who lets a pipeline wait means it. Readers come after what they read.
void StreamGraph::share_out_latency() {
    std::map<const UpstreamRows*, std::chrono::microseconds> asked_by_readers;
    std::map<const StreamInput*, std::chrono::microseconds> of_tables;
    shortest_latency_ = max_latency_;
    for (auto entry = pipelines_.rbegin(); entry != pipelines_.rend(); ++entry) {
        RunningPipeline& pipeline = *entry->pipeline;
        std::optional<std::chrono::microseconds> said = pipeline.max_latency();
        if (const auto asked = asked_by_readers.find(&pipeline.output()); asked != asked_by_readers.end())
            said = said ? std::min(*said, asked->second) : asked->second;
        const std::chrono::microseconds latency = said.value_or(max_latency_);
        if (latency.count() > 0 && (shortest_latency_.count() == 0 || latency < shortest_latency_))
            shortest_latency_ = latency;
        for (const auto& input : pipeline.inputs().all()) {
            if (const StreamInput* own = input->own_stream()) own->shared_channel()->set_max_latency(latency);
            if (const UpstreamRows* upstream = input->upstream(); upstream && said) {
                const auto [asked, is_first] = asked_by_readers.try_emplace(upstream, *said);
                if (!is_first) asked->second = std::min(asked->second, *said);
            }
        }
        for (const auto& [name, table] : tables_) {
            if (!pipeline.inputs().read(*table)) continue;
            const auto [of_table, is_first] = of_tables.try_emplace(table.get(), latency);
            if (!is_first) of_table->second = std::min(of_table->second, latency);
        }
    }
    for (const auto& [name, table] : tables_) {
        const auto found = of_tables.find(table.get());
        table->channel().set_max_latency(found == of_tables.end() ? max_latency_ : found->second);
    }
}

std::optional<std::chrono::steady_clock::time_point> StreamGraph::next_due() const {
    std::optional<std::chrono::steady_clock::time_point> next;
    const auto look_at = [&](const StreamInput& input) {
        const auto due = input.shared_channel()->due();
        if (due && (!next || *due < *next)) next = due;
    };
    for (const auto& [name, input] : tables_) {
        if (!is_held_back(*input)) look_at(*input);
    }
    for (const Entry& entry : pipelines_) {
        const PipelineInputs& inputs = entry.pipeline->inputs();
        if (!entry.pipeline->is_accepting() || inputs.await_first_message()) continue;
        for (const auto& input : inputs.all()) {
            if (const StreamInput* own = input->own_stream()) look_at(*own);
        }
    }
    return next;
}

bool StreamGraph::stood_still() const {
    return std::any_of(pipelines_.begin(), pipelines_.end(),
                       [](const Entry& entry) { return entry.pipeline->waits_for_sink(); });
}

bool StreamGraph::stands_still() const {
    bool stands_still = false;
    for (const Entry& entry : pipelines_) stands_still = !entry.pipeline->flush_sink() || stands_still;
    return stands_still;
}

}  // namespace laminar
