#pragma once

namespace laminar::postgres {

/// Something that a session waits for and that can be told to let it go.
class Interruptible {
public:
    virtual ~Interruptible() = default;
    /// Ends the wait, or the next one. Any thread; it does not block.
    virtual void interrupt() noexcept = 0;
    /// The wait is over: an interruption that came too late for it does not meet the next.
    virtual void forget_interrupt() noexcept = 0;

protected:
    Interruptible() = default;
    Interruptible(const Interruptible&) = default;
    Interruptible& operator=(const Interruptible&) = default;
};

}  // namespace laminar::postgres
