#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/database/kept/dead_letters.h"
#include "runtime/database/kept/gap_log.h"
#include "runtime/engine/engine.h"
#include "runtime/storage/engine_change.h"

namespace laminar {

/// Dead letters and gaps of connections in a data directory (laminar_kept.dead_letters, laminar_kept.gaps): what has
/// come since the last commit is in the next one, and a start has
/// them again. As many as there are in memory. Engine thread only.
class KeptRecords final : public EngineChange {
public:
    /// All outlive it. Takes up what is there. Throws EngineException.
    KeptRecords(Engine& engine, DeadLetters& letters, GapLog& gaps);
    ~KeptRecords() override;
    KeptRecords(const KeptRecords&) = delete;
    KeptRecords& operator=(const KeptRecords&) = delete;

    void look() override;
    [[nodiscard]] bool has_changes() const override {
        return !is_broken_ && (!new_letters_.empty() || !changed_gaps_.empty());
    }
    [[nodiscard]] bool changes_engine() const override { return true; }
    void apply() override;
    void on_commit() override;
    void leave_out(const std::string& reason) override;
    void forget_if_failed() override {}

private:
    void read_letters();
    void read_gaps();
    void write_letters();
    void write_gaps();

    Engine& engine_;
    DeadLetters& letters_;
    GapLog& gaps_;
    std::unique_ptr<BatchSlot> letter_slot_;  ///< They outlive the statements that read them.
    std::unique_ptr<BatchSlot> gap_slot_;
    std::unique_ptr<PreparedQuery> insert_letters_;
    std::unique_ptr<PreparedQuery> insert_gaps_;
    std::unique_ptr<PreparedQuery> delete_gaps_;
    std::vector<DeadLetters::Numbered> new_letters_;
    std::vector<GapLog::Numbered> changed_gaps_;
    bool is_broken_ = false;
};

}  // namespace laminar
