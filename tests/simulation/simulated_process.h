#pragma once

#include <cstdint>
#include <string>

#include "file_faults.h"
#include "shared_journal.h"
#include "simulated_feeds.h"

namespace laminar::simulation {

/// What one process of a run is to do and to suffer.
struct ProcessPlan {
    std::uint64_t seed = 0;  ///< Of what its peers do: which message comes next, which is lost, which comes twice.
    std::string point;       ///< A crash point with its pass, "cycle.applied:3", or none.
    FileFault fault = FileFault::none;
    std::uint64_t at_step = 0;
    /// The last of a run: all messages come until they are acknowledged, and the answers are compared.
    bool is_last = false;
    /// How many messages it lives to see, if nothing else ends it.
    std::size_t most_deliveries = 0;
};

/// How a process ended by itself.
enum class Ending : std::uint8_t {
    well = 0,
    found_wrong = 10,   ///< Against the model: the failure is in the journal.
    lost_storage = 11,  ///< It said that what it did cannot be kept, and ended.
    refused = 12,       ///< It did not start, or a statement failed; why is in the journal.
};

/// Lives as a process does that has just been forked: opens the data directory, runs the script, looks whether what was
/// acknowledged is there, and takes what the peers send. Does not return.
[[noreturn]] void live(const SimulatedFeeds& feeds, SharedJournal& journal, const std::string& directory,
                       const ProcessPlan& plan);

}  // namespace laminar::simulation
