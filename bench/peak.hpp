// The denominators of every benchmark: how fast one core multiplies and adds, and how fast it reads.
#pragma once

#include <span>
#include <vector>

#include "harness.hpp"

namespace bench {

/// Runs some 100,000 independent f32 multiply-adds (fused where the instruction set has them) that do nothing
/// but keep the core busy, and returns the floating-point operations done: 2 for each lane of each
/// multiply-add. Their fastest run is the measured peak. Allocates nothing.
double multiply_adds();

/// Loads all of them in order, in vectors as wide as the instruction set has. Returns a sum, so that no load
/// can be left out.
float load(std::span<const float> values);

/// "peak/fma" and "peak/load L1", "L2", "L3", "memory": half of each cache, and 8 times the largest.
std::vector<contestant> peaks();

}  // namespace bench
