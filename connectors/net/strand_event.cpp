#include "connectors/net/strand_event.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace laminar {

namespace net = boost::asio;

struct StrandEvent::State {
    explicit State(const net::any_io_executor& strand) : timer(strand) {}
    net::steady_timer timer;
    bool set = false;
};

StrandEvent::StrandEvent(const net::any_io_executor& strand) : state_(std::make_shared<State>(strand)) {}

net::awaitable<void> StrandEvent::wait() const { co_await wait_until(std::chrono::steady_clock::time_point::max()); }

net::awaitable<bool> StrandEvent::wait_until(std::chrono::steady_clock::time_point deadline) const {
    const std::shared_ptr<State> state = state_;  // The event's owner may go while this waits.
    while (!state->set) {
        if (std::chrono::steady_clock::now() >= deadline) co_return false;
        state->timer.expires_at(deadline);
        boost::system::error_code ignored;
        co_await state->timer.async_wait(net::redirect_error(net::use_awaitable, ignored));
    }
    state->set = false;
    co_return true;
}

void StrandEvent::notify() const {
    state_->set = true;
    state_->timer.cancel();
}

void StrandEvent::post() const {
    net::post(state_->timer.get_executor(), [state = state_] {
        state->set = true;
        state->timer.cancel();
    });
}

}  // namespace laminar
