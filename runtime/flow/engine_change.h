#pragma once

#include <vector>

#include "runtime/engine/engine.h"

namespace laminar {

/// What one pipeline changes in the engine at the end of a cycle: the state of its operators, rows for a stored table.
/// Engine thread only.
class EngineChange {
public:
    virtual ~EngineChange() = default;

    [[nodiscard]] virtual bool has_changes() const = 0;
    /// The changes take statements, and so a transaction.
    [[nodiscard]] virtual bool changes_engine() const = 0;
    /// Makes them, within a transaction of the caller. Throws EngineException; may be called again after a rollback.
    virtual void apply() = 0;
    /// The transaction is committed.
    virtual void on_commit() = 0;
    /// Instead, when the transaction of the cycle has failed: the state in a transaction of its own, without which the
    /// pipeline fails, and then the rows, of which those are left out that are refused.
    virtual void apply_apart() = 0;
    /// All have been applied apart: acknowledgements of one that has failed will not be sent.
    virtual void forget_if_failed() = 0;
};

/// Everything that a cycle changes in the engine holds, or nothing of it: what a database in a file would be found with
/// after a crash is the end of a cycle. Where that cannot be, each changes apart, so that the others do not stop for
/// the one at fault. changes in the order in which they read one another. False: the engine is as it was. Throws
/// EngineException where the commit has failed: nothing is at fault then but the disk.
bool change_engine(Engine& engine, const std::vector<EngineChange*>& changes);

}  // namespace laminar
