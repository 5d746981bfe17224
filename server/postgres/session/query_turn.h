#pragma once

#include <atomic>

#include "server/postgres/session/interruptible.h"
#include "server/session/query_limit.h"

namespace laminar::postgres {

/// A place among the queries that run, from wait to its end. Of one thread, but for interrupt.
class QueryTurn final : public Interruptible {
public:
    explicit QueryTurn(QueryLimit& limit) : limit_(limit) {}
    ~QueryTurn() override {
        if (has_place_) limit_.leave();
    }
    QueryTurn(const QueryTurn&) = delete;
    QueryTurn& operator=(const QueryTurn&) = delete;

    /// False: it was interrupted first.
    bool wait() {
        has_place_ = limit_.enter(is_given_up_);
        return has_place_;
    }
    void interrupt() noexcept override {
        is_given_up_ = true;
        limit_.wake();
    }
    void forget_interrupt() noexcept override { is_given_up_ = false; }

private:
    QueryLimit& limit_;
    std::atomic<bool> is_given_up_{false};
    bool has_place_ = false;
};

}  // namespace laminar::postgres
