// The denominators of every benchmark: how fast one core multiplies and adds, and how fast it reads.
#pragma once

#include <vector>

#include "harness.hpp"

namespace bench {

/// "peak/fma" and "peak/load L1", "L2", "L3", "memory": half of each cache, and 8 times the largest. See
/// tenon/peak.hpp.
std::vector<contestant> peaks();

/// "peak/300000 round trips": cache lines that go to another thread and back. Tells whether two cores share a
/// cache, which a virtual machine may change from minute to minute. (So many, because a new thread may share
/// the core of the old one for some milliseconds.)
contestant round_trips();

}  // namespace bench
