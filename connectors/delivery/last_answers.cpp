#include "connectors/delivery/last_answers.h"

namespace laminar {

LastAnswers::LastAnswers(InputFanout& inputs, const OutboundQueue& outbound, Clock::time_point due)
    : inputs_(inputs), outbound_(outbound), due_(due) {
    inputs_.flush();
    checkpoint_ = inputs_.checkpoint();
}

bool LastAnswers::may_come() {
    if (Clock::now() >= due_) return false;
    if (!inputs_.has_passed(checkpoint_)) return true;
    // What found no room is offered again in a cycle, even if that was before the end came.
    const std::uint64_t refusals = outbound_.refusals();
    const std::uint64_t gone = outbound_.gone();
    // As long as nothing leaves the queue, there is no room for them either.
    if (refusals == refusals_ || gone == gone_) return false;
    refusals_ = refusals;
    gone_ = gone;
    checkpoint_ = inputs_.checkpoint();
    inputs_.await_cycle(checkpoint_);
    return !inputs_.has_passed(checkpoint_);
}

boost::asio::awaitable<void> LastAnswers::wait(const StrandEvent& event) {
    inputs_.wake_after_cycle(event);
    // It may have passed before there was anybody to wake.
    if (!inputs_.has_passed(checkpoint_)) co_await event.wait_until(due_);
}

}  // namespace laminar
