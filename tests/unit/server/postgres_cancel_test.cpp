// Cancellations that come at an inconvenient time: as a statement begins, or when what it waited for has come.

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <thread>

#include "catalog/threads/mutex.h"
#include "connectors/registry/builtin_connectors.h"
#include "server/postgres/session/client_session.h"

using namespace laminar;
using namespace laminar::postgres;

namespace {

constexpr const char* endless = "SELECT count(*) FROM range(1000000000000) AS r(i) WHERE hash(i) = 1";

/// A session whose statements are cancelled as soon as they have begun; then its timer is played by a thread, which
/// does what it is asked for without waiting for the time.
class CancelledSession {
public:
    CancelledSession()
        : database_({}, builtin_connectors()),
          catalog_(database_),
          channel_(io_.get_executor(), std::chrono::hours(1), [] {}),
          session_(
              database_, catalog_, channel_, SessionParameters("alice", "laminar"), {}, Role::admin, queries_,
              [this](std::chrono::milliseconds after, std::uint64_t statement) { set_deadline(after, statement); }),
          timer_([this] { play_timer(); }) {}
    ~CancelledSession() {
        {
            const MutexLock lock(mutex_);
            ends_ = true;
        }
        changed_.notify_all();
        timer_.join();
    }
    CancelledSession(const CancelledSession&) = delete;
    CancelledSession& operator=(const CancelledSession&) = delete;

    /// Of the one query that may run at a time.
    QueryLimit& queries() { return queries_; }

    /// What it answers to queries.
    std::string answers(const std::vector<std::string>& queries) {
        for (const std::string& query : queries) channel_.put({'Q', query + '\0'});
        channel_.put({'X', {}});
        session_.run();
        return channel_.take_output();
    }

private:
    void set_deadline(std::chrono::milliseconds after, std::uint64_t statement) {
        // The first time is that of the statement, which has just begun.
        if (after > std::chrono::minutes(1)) session_.cancel();
        const MutexLock lock(mutex_);
        if (after <= std::chrono::minutes(1)) wanted_ = statement;
        changed_.notify_all();
    }

    void play_timer() {
        MutexLock lock(mutex_);
        while (!ends_) {
            const std::uint64_t statement = wanted_;
            if (statement == 0) {
                changed_.wait(lock, [this]() LAMINAR_REQUIRES(mutex_) { return ends_ || wanted_ != 0; });
                continue;
            }
            wanted_ = 0;
            lock.unlock();
            session_.cancel_statement(statement);
            lock.lock();
        }
    }

    boost::asio::io_context io_;
    Database database_;
    PostgresCatalog catalog_;
    ClientChannel channel_;
    QueryLimit queries_{1};
    ClientSession session_;
    Mutex mutex_;
    ConditionVariable changed_;
    std::uint64_t wanted_ LAMINAR_GUARDED_BY(mutex_) = 0;
    bool ends_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::thread timer_;
};

std::size_t count_of(std::string_view text, std::string_view what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_CASE("a cancellation that comes as a statement begins ends it") {
    CancelledSession session;
    const std::string answers = session.answers({"SET statement_timeout = '1h'", endless,
                                                 "SELECT count(*) FROM pg_catalog.pg_class a, pg_class b, pg_class c, "
                                                 "pg_class d, pg_class e, pg_class f, pg_class g",
                                                 "WAIT FOR nothing"});
    CHECK(count_of(answers, "the statement was cancelled by request") == 2);
    CHECK(count_of(answers, "C57014") == 2);
}

TEST_CASE("who waits for a turn is cancelled, and the next has the turn of who gives it back") {
    CancelledSession session;
    REQUIRE(session.queries().try_enter());
    CHECK_FALSE(session.queries().try_enter());
    std::string answers = session.answers({"SET statement_timeout = '1h'", "SELECT 1"});
    CHECK(count_of(answers, "the statement was cancelled by request") == 1);
    CHECK_FALSE(session.queries().try_enter());
    session.queries().leave();
    CHECK(session.queries().try_enter());
}

TEST_CASE("a cancellation that comes as FETCH or COPY begins ends it") {
    CancelledSession session;
    const std::string answers =
        session.answers({"CREATE CONNECTION feed TO generator (rows_per_second = 1000)",
                         "CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed')", "CREATE TABLE t (a INTEGER)",
                         "DECLARE s CURSOR WITH HOLD FOR SUBSCRIBE TO (SELECT counter FROM ticks WHERE counter < 0)",
                         "SET statement_timeout = '1h'", "FETCH s", "COPY t FROM STDIN", "FETCH s"});
    CHECK(count_of(answers, "C57014") == 3);
    CHECK(count_of(answers, "the statement was cancelled by request") == 3);
}

TEST_CASE("a cancellation that comes too late for FETCH does not meet the next") {
    Database database({}, builtin_connectors());
    StreamCursor cursor(database, 1 << 20, false);
    ResultTable rows;
    rows.columns.push_back({"a", TypeId::bigint});
    rows.values.emplace_back(TypeId::bigint);
    rows.values.front().append(std::int64_t{1});
    rows.rows = 1;
    cursor.stream_rows("s", rows);
    cursor.interrupt();
    cursor.forget_interrupt();
    WaitingRows taken;
    CHECK(cursor.wait_for(taken));
    CHECK_FALSE(taken.empty());
    cursor.interrupt();
    CHECK_FALSE(cursor.wait_for(taken));
}
