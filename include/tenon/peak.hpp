// F5. What one core of this machine does at best, measured.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tenon/roofline.hpp"

namespace tenon {

/// Runs some 100,000 independent f32 multiply-adds (fused where the instruction set has them) that do nothing
/// but keep the core busy, and returns the floating-point operations done: 2 for each lane of each
/// multiply-add. Their fastest run is the measured peak.
double multiply_adds();

/// Memory full of ones that begins with a cache line, as weights and feature maps do: a vector that lies in
/// two lines is loaded twice.
class cache_lines {
 public:
  /// Whole pages, at most so many bytes of them.
  explicit cache_lines(std::size_t bytes);
  std::span<const float> values() const;  ///< All of it.

 private:
  std::vector<float> memory_;
};

/// Loads all of them in order, in vectors as wide as the instruction set has, those behind the last multiple
/// of eight vectors one by one. Returns a sum, so that no load can be left out.
float load_all(std::span<const float> values);

/// Bytes of the data cache of a level, 1 to 3, as Linux tells them; elsewhere those of a usual server core.
std::size_t cache_bytes(int level);

/// The figures of this core: the fastest of a few runs of multiply_adds, and of load_all over half of the L2
/// cache, half of the last-level cache, and 8 times that (at most 256 MiB, which it allocates). Takes a third
/// of a second. Another program that runs meanwhile makes the figures worse, never better.
machine measure_machine();

}  // namespace tenon
