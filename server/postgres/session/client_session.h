#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/threads/mutex.h"
#include "runtime/session/session.h"
#include "server/login/role.h"
#include "server/postgres/catalog/postgres_catalog.h"
#include "server/postgres/session/client_channel.h"
#include "server/postgres/session/cursor.h"
#include "server/postgres/session/prepared_statements.h"
#include "server/postgres/session/result_output.h"
#include "server/postgres/statements/query_text.h"
#include "server/postgres/statements/session_parameters.h"
#include "server/session/query_limit.h"

namespace laminar::postgres {

/// How a cancel request names a session.
struct CancelKey {
    std::int32_t process = 0;
    std::int32_t secret = 0;
};

/// The statements of one client that has logged in, one after the other, on a thread of its own: it reads its messages
/// from the channel and answers there. cancel is for any thread.
class ClientSession {
public:
    enum class CancelReason : std::uint8_t { none, request, timeout };
    /// After so long the statement of this number is to be cancelled (cancel_statement); 0 ms: it has ended. Called by
    /// any thread, and with a lock held: it only takes note.
    using SetDeadline = std::function<void(std::chrono::milliseconds after, std::uint64_t statement)>;

    ClientSession(Database& database, PostgresCatalog& catalog, ClientChannel& channel, SessionParameters parameters,
                  CancelKey key, Role role, QueryLimit& queries, SetDeadline set_deadline)
        : database_(database),
          catalog_(catalog),
          channel_(channel),
          parameters_(std::move(parameters)),
          key_(key),
          role_(role),
          queries_(queries),
          set_deadline_(std::move(set_deadline)),
          output_(channel) {}

    /// Until the client or the server ends it. Never throws.
    void run() noexcept;

    /// Makes the statement that runs now end with an error, by asking for it until it does; without one, nothing
    /// happens.
    void cancel() noexcept;
    void cancel_statement(std::uint64_t number) noexcept;

private:
    enum class Transaction : std::uint8_t { none, open, failed };

    /// While it lives, a statement runs, which cancel ends; one within another is a part of it.
    class Running {
    public:
        explicit Running(ClientSession& session) : session_(session) { session_.begin_statement(); }
        ~Running() { session_.end_statement(); }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;

    private:
        ClientSession& session_;
    };

    void answer_messages();
    void welcome();
    /// False: the client says goodbye, or cannot be understood.
    bool answer(const FrontendMessage& message);
    void ready();

    void simple_query(std::string_view text);

    // statements.cpp
    /// Executes a statement; the tag of CommandComplete, or nothing after an error.
    std::optional<std::string> execute(const QueryStatement& statement, const PlaceFinding& place,
                                       ResultOutput::Delivery delivery);
    std::optional<std::string> execute_laminar(const QueryStatement& statement, const PlaceFinding& place,
                                               ResultOutput::Delivery delivery);
    std::optional<std::string> fail_with(const Diagnostics& diagnostics, const ErrorMessage& cancelled,
                                         const PlaceFinding& place, std::size_t begin);
    void tell_of_effects(const ast::Statement& statement);
    /// Of what a statement has done within a transaction.
    void tell_that_it_stays();
    void subscribe_until_cancelled();
    [[nodiscard]] std::string completed_tag(const ast::Statement& statement) const;
    /// False after reporting it: the role is for less.
    bool may(Role needed);
    /// Reports it. Always nothing.
    std::nullopt_t fail(const ErrorMessage& error);
    [[nodiscard]] static ErrorMessage transaction_has_failed();
    void open_connections();

    // catalog_queries.cpp
    CatalogReader& catalog_reader();
    [[nodiscard]] SessionFacts session_facts() const;
    /// Lets ask do what it does with the reader, as a statement that can be cancelled. False after reporting an error.
    bool query_catalog(const CatalogQuery& query, std::size_t begin, const PlaceFinding& place,
                       const std::function<void(CatalogReader&)>& ask);
    std::optional<std::string> execute_catalog(const QueryStatement& statement, const CatalogQuery& query,
                                               const PlaceFinding& place, ResultOutput::Delivery delivery);
    std::optional<std::vector<OutputColumn>> describe_catalog(const QueryStatement& statement,
                                                              const CatalogQuery& query, const PlaceFinding& place);

    // copy.cpp
    std::optional<std::string> copy_out(const QueryStatement& statement, const CopyStatement& copy,
                                        const PlaceFinding& place);
    std::optional<std::string> copy_in(const CopyStatement& copy);
    /// What the client sends until it ends; the error, if it cannot be taken. Another message ends it, too, and is left
    /// over to be answered.
    std::optional<ErrorMessage> receive_copy(std::string& data);
    /// A message of those; nothing: the session ends, or COPY was cancelled.
    std::optional<FrontendMessage> next_of_copy();
    std::optional<FrontendMessage> left_over_;  ///< Of a COPY, to be answered next.

    // cursors.cpp
    std::optional<std::string> execute_cursor(const QueryStatement& statement, const CursorStatement& cursor,
                                              const PlaceFinding& place, ResultOutput::Delivery delivery);
    std::optional<std::string> declare(const QueryStatement& statement, const CursorStatement& cursor,
                                       const PlaceFinding& place);
    /// Executes the query of a cursor, or begins its stream. False after reporting an error.
    bool open_cursor(const QueryStatement& query, const PlaceFinding& place, Cursor& cursor);
    std::optional<std::string> fetch(const CursorStatement& statement, ResultOutput::Delivery delivery);
    /// False, after reporting it: cancelled while there was none.
    bool wait_for_rows(Cursor& cursor);
    /// Null, after reporting it: there is none.
    Cursor* find_cursor(const std::string& name);
    /// What cursors and portals may still keep, in bytes.
    [[nodiscard]] std::size_t room_for_rows() const;
    void close_cursors_of_transaction();

    // extended_query.cpp. Nothing: they have answered; else why not.
    void answer_extended(const FrontendMessage& message);
    std::optional<ErrorMessage> parse(MessageReader message);
    std::optional<ErrorMessage> close(MessageReader message);
    void sync();

    // portals.cpp
    std::optional<ErrorMessage> bind(MessageReader message);
    std::optional<ErrorMessage> execute_portal(MessageReader message);
    /// Executes the statement, and sends up to limit rows, or all (0).
    std::optional<ErrorMessage> begin_portal(Portal& portal, std::uint64_t limit, std::uint64_t& sent);

    // describe.cpp
    std::optional<ErrorMessage> describe(MessageReader message);
    std::optional<ErrorMessage> describe_statement(PreparedStatement& statement);
    /// Gives parameters without a type that of what they stand beside.
    void infer_types(PreparedStatement& statement);
    /// The columns of a statement's rows; the error is reported already.
    std::optional<std::vector<OutputColumn>> columns_of(const QueryText& query, const PlaceFinding& place);

    // session_commands.cpp
    std::optional<std::string> execute(const SessionCommand& command);
    std::string end_transaction(const SessionCommand& command);
    std::optional<std::string> in_transaction(const SessionCommand& command);
    void show(const SessionCommand& command);

    Session& session();

    // running_statement.cpp
    void begin_statement();
    void end_statement();
    [[nodiscard]] bool is_cancelled();
    /// Why; empty: it was not.
    [[nodiscard]] ErrorMessage cancelled_error();
    /// Lets wait do its waiting for something; false without it when the statement was cancelled before.
    bool wait_interruptibly(Interruptible& what, const std::function<bool()>& wait);
    void cancel(CancelReason reason) noexcept LAMINAR_REQUIRES(mutex_);

    Database& database_;
    PostgresCatalog& catalog_;
    ClientChannel& channel_;
    SessionParameters parameters_;
    const CancelKey key_;
    const Role role_;
    QueryLimit& queries_;
    const SetDeadline set_deadline_;
    ResultOutput output_;
    Transaction transaction_ = Transaction::none;
    bool has_changed_ = false;  ///< In this transaction, what ROLLBACK does not undo.
    struct Savepoint {
        std::string name;
        std::uint64_t born = 0;
    };
    std::vector<Savepoint> savepoints_;
    std::uint64_t births_ = 0;  ///< Of savepoints, cursors and portals, which have numbers in their order.
    bool skips_to_sync_ = false;
    PreparedStatements prepared_;
    std::map<std::string, std::unique_ptr<Cursor>, std::less<>> cursors_;
    int running_depth_ = 0;  ///< How many Running there are.

    Mutex mutex_;
    ConditionVariable changed_;
    /// Made at first use: a client that only asks for parameters needs none.
    std::unique_ptr<Session> session_ LAMINAR_GUARDED_BY(mutex_);
    std::unique_ptr<CatalogReader> catalog_reader_ LAMINAR_GUARDED_BY(mutex_);
    Interruptible* waits_for_ LAMINAR_GUARDED_BY(mutex_) = nullptr;  ///< The statement does.
    std::uint64_t statement_ LAMINAR_GUARDED_BY(mutex_) = 0;         ///< The number of the last.
    bool is_running_ LAMINAR_GUARDED_BY(mutex_) = false;
    CancelReason cancelled_ LAMINAR_GUARDED_BY(mutex_) = CancelReason::none;
};

}  // namespace laminar::postgres
