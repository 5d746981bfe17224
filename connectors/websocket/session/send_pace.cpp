#include "connectors/websocket/session/send_pace.h"

#include <algorithm>

namespace laminar {

SendPace::SendPace(std::optional<double> rate)
    : distance_(rate ? std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / *rate))
                     : Clock::duration::zero()) {}

void SendPace::note_sent() noexcept {
    if (is_limited()) next_ = std::max(next_, Clock::now()) + distance_;
}

}  // namespace laminar
