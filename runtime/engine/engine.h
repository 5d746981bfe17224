#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/objects/column_type.h"
#include "catalog/query/bound_query.h"
#include "connectors/rows/column_batch.h"
#include "connectors/rows/column_rows.h"

namespace laminar {

/// What went wrong inside the engine, with the byte offset in the SQL text when it gave one.
struct EngineError {
    std::string type;  ///< Binder, Catalog, Conversion, Parser, Invalid Input, Interrupt, ...
    std::string message;
    std::optional<std::uint32_t> position = std::nullopt;
    std::string candidate = {};  ///< A name it suggests, if any.
    /// The details, where it gives them; empty otherwise.
    std::vector<std::string> candidates = {};  ///< Names, or signatures of functions.
    std::string subtype = {};                  ///< COLUMN_NOT_FOUND, MISSING_ENTRY, NO_MATCHING_FUNCTION, ...
    std::string name = {};                     ///< What was not found.
    std::string object_type = {};              ///< Of a missing entry: "Table", "Scalar Function", ...
    std::string call = {};                     ///< Of a function that does not fit: "sum(VARCHAR)".
    std::string_view sql_state = {};           ///< Empty: what the error is about tells it.
};

/// Thrown by engine calls that fail; callers turn it into a diagnostic or a row error.
class EngineException : public std::exception {
public:
    explicit EngineException(EngineError error) : error_(std::move(error)) {}
    [[nodiscard]] const EngineError& error() const noexcept { return error_; }
    [[nodiscard]] const char* what() const noexcept override { return error_.message.c_str(); }

private:
    EngineError error_;
};

/// Rows of a result: columnar, owning, independent of the engine; readable from any thread.
struct ResultTable : ColumnRows {
    std::size_t rows_changed = 0;  ///< By INSERT, UPDATE or DELETE without RETURNING.
};

/// A prepared statement. Use on the engine thread.
class PreparedQuery {
public:
    virtual ~PreparedQuery() = default;
    [[nodiscard]] virtual const std::vector<OutputColumn>& columns() const = 0;  ///< Empty for statements without rows.
    /// Sets the value of a parameter ($1, $2, ...) for the executions to come; microseconds since the epoch.
    virtual void bind_timestamp(unsigned parameter, std::int64_t value) = 0;
    /// Executes and collects all rows. Throws EngineException.
    virtual ResultTable execute() = 0;
    /// Executes and hands over rows in batches of about 2,048 as they come; stops early when consume returns false.
    /// consume must not call the engine.
    virtual void execute(const std::function<bool(const ResultTable&)>& consume) = 0;
};

/// A named slot from which SQL reads the rows of the batch at hand: FROM from_sql(). Slots exist per stream input;
/// schema is fixed when the slot is made; the batch changes each engine cycle. Rows are read in order. Text of the
/// batch is referred to, not copied: it must not change while a statement runs.
class BatchSlot {
public:
    virtual ~BatchSlot() = default;
    /// Borrowed until the next call. Null: the slot is empty. Statements fill in the deferred columns that they read.
    virtual void set_batch(ColumnBatch* batch) = 0;
    /// Rows that a query made, to be read by another. Borrowed.
    virtual void set_rows(const ColumnRows* rows) = 0;
    /// Asked for more whenever a scan has read all rows of the slot: they take their place, borrowed until it is asked
    /// again. Null ends the scan. It may wait, and throw: the statement then fails.
    virtual void set_more_rows(std::function<const ColumnRows*()> next) = 0;
    /// Shows only count rows from first on, until the next set_batch or set_rows.
    virtual void set_window(std::size_t first, std::size_t count) = 0;
    virtual void show_all() = 0;  ///< Ends set_window.
    /// Leaves a row out, until the next set_batch or set_rows.
    virtual void skip_row(std::size_t row) = 0;
    /// The rows left out, ascending.
    [[nodiscard]] virtual std::vector<std::size_t> skipped() const = 0;
    virtual void set_skipped(std::vector<std::size_t> rows) = 0;
    /// Its columns; those that a statement sees in another type than they are held in are of an unknown one.
    [[nodiscard]] virtual const std::vector<OutputColumn>& columns() const = 0;
    /// Without a statement: the values of some columns, by position, and which rows of them a statement would see.
    /// Borrowed like what the slot holds. False, and nothing to be used: only a statement can read them.
    [[nodiscard]] virtual bool read_columns(const std::vector<std::size_t>& columns,
                                            std::vector<const ColumnVector*>& values,
                                            std::vector<std::size_t>& rows) const = 0;
    /// What to write after FROM to read the slot with its declared types: a table function call, or a subquery in
    /// parentheses where columns have to be cast.
    [[nodiscard]] virtual std::string from_sql() const = 0;
    /// The same with a further column, row_position_column: the number of the row in what the slot holds, from 0,
    /// whatever it shows.
    [[nodiscard]] virtual std::string numbered_from_sql() const = 0;
};

/// Of BatchSlot::numbered_from_sql; no user's column is called so.
inline constexpr const char* row_position_column = "__laminar_position";

/// One evaluation of laminar_acknowledge(connection, message_id).
struct Acknowledgement {
    std::string connection;
    std::string message_id;
};

/// Rows of a system table, made at the time of the scan on the engine thread.
struct SystemTable {
    std::string name;  ///< After "system.".
    std::vector<OutputColumn> columns;
    std::function<ResultTable()> rows;
};

class EngineReader;

/// The SQL engine (DuckDB): one database, and the connection that writes. Every call on one thread (the engine thread),
/// except interrupt and make_reader. No DuckDB type appears outside runtime/engine/.
class Engine {
public:
    struct Settings {
        std::optional<std::string> database_path;  ///< In memory without.
        unsigned threads = 1;                      ///< More: large queries end sooner; small batches gain nothing.
        /// Whether statements may read and write files: not where queries of users are executed. Without, the engine
        /// reaches no more than its own database and the directory to which large sorts and joins spill.
        bool external_access = false;
        bool spills = true;           ///< False where nothing is executed: there is no such directory.
        bool locks_settings = false;  ///< No statement can change a setting any more.
        bool optimizes = true;        ///< False where statements are prepared, but not executed.
    };

    static std::unique_ptr<Engine> create(const Settings& settings);
    virtual ~Engine() = default;

    virtual void execute(std::string_view sql) = 0;  ///< Statements without rows. Throws EngineException.
    virtual ResultTable query(std::string_view sql) = 0;
    virtual std::unique_ptr<PreparedQuery> prepare(std::string_view sql) = 0;

    /// Makes a slot readable; a slot of the same key made earlier is no longer found by new statements. The slot must
    /// outlive the statements that read it (they find no rows afterwards). Columns cast_by_engine are presented in
    /// their declared type (text that is not of it fails the statement with a Conversion error). Columns with
    /// tracks_presence get a companion BOOLEAN column "__present_<name>", after all others.
    virtual std::unique_ptr<BatchSlot> create_batch_slot(const std::string& key,
                                                         std::shared_ptr<const BatchSchema> schema) = 0;
    virtual std::unique_ptr<BatchSlot> create_row_slot(const std::string& key, std::vector<OutputColumn> columns) = 0;

    /// Makes laminar_system('name') readable; names are compared without regard to case.
    virtual void register_system_table(SystemTable table) = 0;

    /// The result of laminar_connection_test('name') until replaced.
    virtual void set_connection_test_result(const std::string& connection, std::string json) = 0;

    /// The calls of laminar_acknowledge('connection', 'message_id') since the last time, each once, in order. Calls in
    /// statements that failed are among them, up to where they failed, unless an AcknowledgementScope forgets them.
    virtual std::vector<Acknowledgement> take_acknowledgements() = 0;
    /// How many there are now, to forget some that came later.
    virtual std::size_t acknowledgement_count() = 0;
    /// Those from first to before end, as counted then.
    virtual void forget_acknowledgements(std::size_t first, std::size_t end) = 0;

    /// Those of a reader's statements that ended well: they leave as if the engine's own had called.
    virtual void add_acknowledgements(std::vector<Acknowledgement> acknowledgements) = 0;

    /// The rows that laminar_system('name') would have now.
    virtual ResultTable system_rows(std::string_view name) = 0;

    /// Whether a reader has one open. On the engine thread, where they begin, false stays false.
    [[nodiscard]] virtual bool has_snapshots() const noexcept = 0;
    /// A further connection, for queries on another thread. Any thread.
    virtual std::unique_ptr<EngineReader> make_reader() = 0;

    virtual void begin() = 0;
    virtual void commit() = 0;
    virtual void rollback() noexcept = 0;

    /// Makes the statement that runs now fail with an Interrupt error; without one, nothing happens. Any thread.
    virtual void interrupt() noexcept = 0;
    /// When no more of them come: one that came too late for its statement does not meet the next.
    virtual void forget_interrupt() noexcept = 0;
};

/// begin, and at the end of its life rollback, unless commit was called.
class EngineTransaction {
public:
    explicit EngineTransaction(Engine& engine) : engine_(engine) { engine_.begin(); }
    ~EngineTransaction() {
        if (!committed_) engine_.rollback();
    }
    EngineTransaction(const EngineTransaction&) = delete;
    EngineTransaction& operator=(const EngineTransaction&) = delete;
    void commit() {
        engine_.commit();
        committed_ = true;
    }

private:
    Engine& engine_;
    bool committed_ = false;
};

/// Forgets the acknowledgements of statements executed during its life, unless they are kept: those of a statement that
/// failed, or whose rows had no taker.
class AcknowledgementScope {
public:
    explicit AcknowledgementScope(Engine& engine) : engine_(engine), before_(engine.acknowledgement_count()) {}
    ~AcknowledgementScope() {
        if (!kept_) engine_.forget_acknowledgements(before_, engine_.acknowledgement_count());
    }
    AcknowledgementScope(const AcknowledgementScope&) = delete;
    AcknowledgementScope& operator=(const AcknowledgementScope&) = delete;
    void keep() noexcept { kept_ = true; }

private:
    Engine& engine_;
    std::size_t before_;
    bool kept_ = false;
};

/// Of the library that is linked: "1.4.4". Does not start it. Any thread.
[[nodiscard]] std::string_view engine_version() noexcept;

/// QueryChecker over a database of its own. Not thread-safe; no files, no network.
[[nodiscard]] std::unique_ptr<QueryChecker> make_query_checker();

}  // namespace laminar
