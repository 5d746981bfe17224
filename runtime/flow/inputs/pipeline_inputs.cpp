#include "runtime/flow/inputs/pipeline_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace laminar {

PipelineInputs::PipelineInputs(std::vector<std::unique_ptr<PipelineInput>> inputs) : inputs_(std::move(inputs)) {
    for (const auto& input : inputs_) fed_by_.merge(input->fed_by());
    update_retries();
}

bool PipelineInputs::prepare(Engine& engine, const std::string& pipeline) {
    std::size_t number = 0;
    return std::all_of(inputs_.begin(), inputs_.end(), [&](const auto& input) {
        return input->prepare(engine, fmt::format("{}:from:{}", pipeline, ++number));
    });
}

void PipelineInputs::complete(BoundQuery& query) const {
    for (std::size_t index = 0; index < inputs_.size(); ++index) query.inputs[index] = inputs_[index]->query_input();
}

std::vector<InputTime> PipelineInputs::times() const {
    std::vector<InputTime> times;
    times.reserve(inputs_.size());
    for (const auto& input : inputs_) times.push_back(input->time());
    return times;
}

std::vector<StreamScan> PipelineInputs::scans() const {
    std::vector<StreamScan> scans;
    scans.reserve(inputs_.size());
    for (const auto& input : inputs_) scans.push_back(input->scan());
    return scans;
}

void PipelineInputs::watch(const StreamPlan& plan, const PlannedClock& clock) const {
    if (clock.kind == PlannedClock::Kind::upstream) inputs_[clock.scan]->upstream()->watch(clock.upstream_clock);
    for (const ClockValue& member : clock.members) watch(plan, plan.clocks().at(member.clock));
}

std::string PipelineInputs::part_of(std::size_t input) { return fmt::format("input {}: ", input); }

void PipelineInputs::save(StateNumbers& numbers) const {
    for (std::size_t index = 0; index < inputs_.size(); ++index) {
        ScopedNumbers own(numbers, part_of(index));
        inputs_[index]->save(own);
    }
}

void PipelineInputs::take_up(StateNumbers kept) {
    for (std::size_t index = 0; index < inputs_.size(); ++index)
        inputs_[index]->take_up(ScopedNumbers(kept, part_of(index)));
}

bool PipelineInputs::begin_anew(std::string_view connection) {
    bool any = false;
    for (const auto& input : inputs_) any = input->begin_anew(connection) || any;
    return any;
}

void PipelineInputs::forget_messages(const std::set<std::string>& failed) {
    for (const auto& input : inputs_) input->forget_messages(failed);
}

void PipelineInputs::apply() {
    for (const auto& input : inputs_) input->apply();
}

void PipelineInputs::on_commit() {
    for (const auto& input : inputs_) input->on_commit();
}

bool PipelineInputs::await_first_message() const {
    return std::any_of(inputs_.begin(), inputs_.end(), [](const auto& input) { return input->awaits_first_message(); });
}

PipelineInputs::Taken PipelineInputs::take(TakeIn wanted) {
    Taken taken;
    // Until the query is planned nothing can be done with rows: they wait in their channels for those that decide the
    // types of the others.
    if (await_first_message()) return taken;
    for (const auto& input : inputs_) {
        if (!input->take(wanted)) continue;
        taken.any = true;
        const StreamInput& stream = *input->own_stream();
        taken.rows += stream.batch_rows();
        if (stream.batch_rows() > 0) taken.bytes += stream.batch().bytes;
    }
    return taken;
}

bool PipelineInputs::reads_past_rows() const {
    return std::any_of(inputs_.begin(), inputs_.end(),
                       [](const auto& input) { return input->past_rows() && input->past_rows()->is_reading(); });
}

void PipelineInputs::show_past_rows() {
    for (const auto& input : inputs_) {
        PastRows* past = input->past_rows();
        if (past && past->is_reading() && past->show_next()) return;
    }
}

void PipelineInputs::release_past_rows() {
    for (const auto& input : inputs_) {
        if (PastRows* past = input->past_rows()) past->release();
    }
}

void PipelineInputs::show() {
    for (const auto& input : inputs_) input->show();
}

bool PipelineInputs::has_rows() const {
    return std::any_of(inputs_.begin(), inputs_.end(),
                       [](const auto& input) { return input->rows() > 0 || input->rows(true) > 0; });
}

std::uint64_t PipelineInputs::rows() const {
    std::uint64_t rows = 0;
    for (const auto& input : inputs_) rows += input->rows();
    return rows;
}

std::optional<std::chrono::steady_clock::time_point> PipelineInputs::arrived_at() const {
    std::optional<std::chrono::steady_clock::time_point> earliest;
    for (const auto& input : inputs_) {
        const auto arrived = input->rows() + input->rows(true) > 0 ? input->arrived_at() : std::nullopt;
        if (arrived && (!earliest || *arrived < *earliest)) earliest = arrived;
    }
    return earliest;
}

void PipelineInputs::release(bool processed) {
    for (const auto& input : inputs_) input->release(processed);
}

bool PipelineInputs::have_ended() const {
    return std::all_of(inputs_.begin(), inputs_.end(), [this](const auto& input) { return has_ended(*input); });
}

std::vector<InputLiveness> PipelineInputs::liveness() const {
    std::vector<InputLiveness> liveness;
    liveness.reserve(inputs_.size());
    for (const auto& input : inputs_) liveness.push_back({has_ended(*input), input->is_up(), input->oldest_waiting()});
    return liveness;
}

const UpstreamRows* PipelineInputs::failed_upstream() const {
    for (const auto& input : inputs_) {
        const UpstreamRows* upstream = input->upstream();
        if (upstream && !upstream->failure().empty()) return upstream;
    }
    return nullptr;
}

void PipelineInputs::hold_back() const {
    for (const auto& input : inputs_) {
        if (UpstreamRows* upstream = input->upstream()) upstream->hold_back();
    }
}

bool PipelineInputs::read(const StreamInput& stream) const {
    return std::any_of(inputs_.begin(), inputs_.end(), [&](const auto& input) { return input->reads(stream); });
}

const PipelineInput* PipelineInputs::find(const BatchSlot& message_slot) const {
    const auto found = std::find_if(inputs_.begin(), inputs_.end(),
                                    [&](const auto& input) { return input->message_slot() == &message_slot; });
    return found == inputs_.end() ? nullptr : found->get();
}

void PipelineInputs::set_retries(std::string_view connection, unsigned retries) {
    for (const auto& input : inputs_) input->set_retries(connection, retries);
    update_retries();
}

void PipelineInputs::update_retries() {
    most_retries_ = 0;
    for (const auto& input : inputs_) most_retries_ = std::max(most_retries_, input->retries());
}

}  // namespace laminar
