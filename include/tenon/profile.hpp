// F5. Where the time of a network goes: every step of its plan, against what this core could do.
//
//   // in the file that instantiates the network
//   #define TENON_MODEL LeNet
//   #define TENON_PROFILE
//   #include <tenon/instantiate.hpp>
//
//   std::cout << tenon::profile(net, image);
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "tenon/executable.hpp"
#include "tenon/peak.hpp"

namespace tenon {

/// How a network is timed.
struct profile_options {
  int runs = 0;                   ///< 0: as many as take 0.3 seconds, 10 at least
  std::optional<machine> core{};  ///< what it can do at best; measured if it is not given
};

/// One step, or the steps of a chain, which advance together.
struct step_profile {
  int first = 0;                  ///< number of the step in the plan
  int count = 1;                  ///< how many steps, in a chain
  std::string layers;             ///< as `explain` writes them
  std::string algorithm;          ///< as `explain` writes it
  std::string in;                 ///< extents of the map that it reads
  std::string out;                ///< and of the one that it writes
  effort done;                    ///< multiply-accumulates as those of a direct computation; bytes
  double microseconds = 0;        ///< median
  double least_microseconds = 0;  ///< the fastest
  double gflops = 0;              ///< 10^9 floating-point operations per second; Winograd may pass the peak
  double percent_of_peak = 0;     ///< of the core's multiply-adds
  double floor_microseconds = 0;  ///< what it takes at the very least, see roofline.hpp

  /// Floating-point operations, two for each multiply-accumulate.
  double flops() const { return 2 * done.macs; }
  /// How many times its floor it takes.
  double times_floor() const { return microseconds / floor_microseconds; }
};

/// The times of a network.
struct network_profile {
  std::string target;               ///< the instruction set, as executable::target() names it
  machine core;                     ///< what the core can do at best
  int runs = 0;                     ///< how many were timed
  double microseconds = 0;          ///< median of whole runs, each timed as one
  std::vector<step_profile> steps;  ///< in the order in which they run

  double sum() const;        ///< of the medians of steps, in microseconds
  double floor_sum() const;  ///< of their floors
};

/// A table with a row for each step, the roofline of the core, and the totals.
std::ostream& operator<<(std::ostream& out, const network_profile& times);

namespace detail {

network_profile profile(const runner& net, const float* const* in, std::span<const shape> outputs,
                        const profile_options& options);

}  // namespace detail

/// Times the steps of a network on one thread, each as it runs between the others: caches are as the steps
/// before it left them. What the clock itself takes is measured and taken off. Allocates memory for a run;
/// takes half a second, or 24 runs if that is longer, unless options.runs says how many. Throws
/// std::logic_error if the network was compiled without TENON_PROFILE.
template <Model M>
network_profile profile(const executable<M>& net, const std::array<const float*, M::input_count>& x,
                        const profile_options& options = {}) {
  return detail::profile(detail::runner::of(net), x.data(), M::output_shapes, options);
}
/// The same of a network with one input.
template <Model M>
requires(M::input_count == 1) network_profile
    profile(const executable<M>& net, typename executable<M>::input x, const profile_options& options = {}) {
  return profile(net, std::array{x.data()}, options);
}

}  // namespace tenon
