#include "connectors/net/deadline.h"

#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace laminar {

struct Deadline::State {
    explicit State(const boost::asio::any_io_executor& strand) : timer(strand) {}
    boost::asio::steady_timer timer;
    std::function<void()> on_expiry;
    bool expired = false;
};

Deadline::Deadline(const boost::asio::any_io_executor& strand, std::chrono::milliseconds after,
                   std::function<void()> on_expiry)
    : state_(std::make_shared<State>(strand)) {
    state_->on_expiry = std::move(on_expiry);
    state_->timer.expires_after(after);
    state_->timer.async_wait([state = state_](const boost::system::error_code& error) {
        // Destruction clears on_expiry: a cancelled timer may have been about to fire.
        if (error || !state->on_expiry) return;
        state->expired = true;
        const std::function<void()> call = std::move(state->on_expiry);
        state->on_expiry = nullptr;
        call();
    });
}

Deadline::~Deadline() {
    state_->on_expiry = nullptr;
    state_->timer.cancel();
}

bool Deadline::expired() const noexcept { return state_->expired; }

}  // namespace laminar
