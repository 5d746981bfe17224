#include "server/session/query_priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace laminar {

void give_way_to_streams() noexcept {
    // About a tenth of the share of a thread that has not said so. To Linux a thread is a process here.
    constexpr int niceness = 10;
    (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
}

}  // namespace laminar
