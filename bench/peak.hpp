// The denominator of every benchmark: how fast one core multiplies and adds.
#pragma once

namespace bench {

/// Runs some 100,000 independent f32 multiply-adds (fused where the instruction set has them) that do nothing
/// but keep the core busy, and returns the floating-point operations done: 2 for each lane of each
/// multiply-add. Their fastest run is the measured peak. Allocates nothing.
double multiply_adds();

}  // namespace bench
