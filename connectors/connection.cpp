#include "connectors/connection.h"

namespace laminar {

std::string_view connection_state_name(ConnectionState state) noexcept {
    switch (state) {
        case ConnectionState::idle:
            return "idle";
        case ConnectionState::connecting:
            return "connecting";
        case ConnectionState::connected:
            return "connected";
        case ConnectionState::listening:
            return "listening";
        case ConnectionState::waiting_to_reconnect:
            return "waiting_to_reconnect";
        case ConnectionState::paused:
            return "paused";
        case ConnectionState::closing:
            return "closing";
        case ConnectionState::closed:
            return "closed";
        case ConnectionState::failed:
            return "failed";
    }
    return "unknown";
}

}  // namespace laminar
