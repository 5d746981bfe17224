#include "server/session/query_priority.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace laminar {

namespace {

/// As sched_setattr(2) takes it, in its first form; the C library of Debian 12 has neither.
struct SchedulingAttributes {
    std::uint32_t size = sizeof(SchedulingAttributes);
    std::uint32_t policy = SCHED_OTHER;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0;
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
};

}  // namespace

void give_way_to_streams() noexcept {
    // About a tenth of the share of a thread that has not said so. To Linux a thread is a process here.
    constexpr int niceness = 10;
    (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
    // Linux lets a thread finish its slice, some 3 ms, before another of higher priority that wakes has its turn,
    // unless the other's slices are shorter. So queries ask for long ones. Before Linux 6.12 this has no effect, and
    // none is needed.
    constexpr std::uint64_t slice_nanoseconds = 20'000'000;
    SchedulingAttributes attributes;
    attributes.nice = niceness;
    attributes.runtime = slice_nanoseconds;
    (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace laminar
