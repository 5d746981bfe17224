#pragma once

#include <string>
#include <vector>

#include "recording.h"
#include "stream_run.h"

namespace laminar::test {

/// A continuous query and what it must come to.
struct QueryCase {
    std::string name;
    std::string query;
    std::vector<LateRule> late = {};
    /// SQL over the tables of a recording; "{trades}" is the rows of trades that are not late. Empty: the query itself.
    std::string reference = {};
    std::string setup = {};  ///< Statements that create views and pipelines.
    std::vector<SessionRule> sessions = {};
};

/// Runs each query over every recording and compares. Rows come in batches of 1, 7, 100, all at once, or of random
/// sizes, and several inputs are interleaved in different ways. Two of five queries meet each size of batches with four
/// of the recordings, everything else one size with each; batches of 1 every query meets with one recording (where
/// LAMINAR_STREAMING_ALL is set: all with all).
void check_cases(const std::vector<QueryCase>& cases);
/// One query over one recording.
void check_case(const QueryCase& query_case, const Recording& recording, const std::vector<Feeding>& feedings);

}  // namespace laminar::test
