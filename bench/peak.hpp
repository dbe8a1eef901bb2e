// The denominators of every benchmark: how fast one core multiplies and adds, and how fast it reads.
#pragma once

#include <vector>

#include "harness.hpp"

namespace bench {

/// "peak/fma" and "peak/load L1", "L2", "L3", "memory": half of each cache, and 8 times the largest. See
/// tenon/peak.hpp.
std::vector<contestant> peaks();

}  // namespace bench
