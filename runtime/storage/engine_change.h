#pragma once

#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/storage/kept/state_store.h"

namespace laminar {

/// What one pipeline changes in the engine at the end of a cycle: the state of its operators, rows for a stored table.
/// Engine thread only.
class EngineChange {
public:
    virtual ~EngineChange() = default;

    /// At the beginning of a cycle, before anything is taken in.
    virtual void before_intake() {}
    /// Once in a cycle, before it is asked for changes, of all in order: what goes on elsewhere and is a part of them
    /// is looked at here alone.
    virtual void look() {}
    [[nodiscard]] virtual bool has_changes() const = 0;
    /// The changes take statements, and so a transaction.
    [[nodiscard]] virtual bool changes_engine() const = 0;
    /// Makes them, within a transaction of the caller. Throws EngineException; may be called again after a rollback.
    virtual void apply() = 0;
    /// The transaction is committed.
    virtual void on_commit() = 0;
    /// apply threw, and everything was rolled back: leaves out the rows that are at fault, or fails, so that apply does
    /// not throw for them again. Outside of a transaction.
    virtual void leave_out(const std::string& reason) = 0;
    /// Everything has been applied, with one at fault: acknowledgements of one that has failed will not be sent.
    virtual void forget_if_failed() = 0;
};

/// Everything that a cycle changes in the engine holds, or nothing of it: what a database in a file is found with after
/// a crash is the end of a cycle. One that is at fault leaves out what is, so that the others do not stop for it, and
/// all is tried anew. changes in the order in which they read one another. store: of a data directory; what they have
/// set in it is a part of it. False: the engine is as it was. Throws EngineException where the commit has failed:
/// nothing is at fault then but the disk.
bool change_engine(Engine& engine, const std::vector<EngineChange*>& changes, StateStore* store = nullptr);

}  // namespace laminar
