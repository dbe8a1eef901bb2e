// F5. A network as a page to look at: one HTML file that needs nothing else.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tenon/draw.hpp"
#include "tenon/profile.hpp"

namespace tenon {

/// What a report shows.
struct report_options {
  std::string title{};                ///< the name of the type if empty
  std::span<const float> input{};     ///< all inputs one behind the other: its feature maps are shown
  std::vector<std::string> labels{};  ///< what the elements of the output stand for
  std::optional<machine> core{};      ///< what it can do at best; measured if it is not given
  int runs = 0;                       ///< timed runs; 0: as many as take 0.3 seconds, 10 at least
  int maps = 16;                      ///< feature maps shown of one layer
};

namespace detail {

std::string report_text(const runner& net, std::span<const shape> outputs, std::span<const float> weights,
                        const report_options& options);
void write_text(const std::string& path, const std::string& text);

}  // namespace detail

/// The page as a string. See report.
template <Model M>
std::string report_page(const weights<M>& w, report_options options = {}) {
  if (options.title.empty()) options.title = detail::name_of_type<M>();
  const executable<M> net(w);
  return detail::report_text(detail::runner::of(net), M::output_shapes, w.values(), options);
}

/// Writes one HTML page about M: its graph with shapes on the edges; the plan, with what was fused into what;
/// the time of each step beside its floor, and the roofline of this core; the arena, time across and address
/// up, a block for each buffer; parameters, multiply-accumulates and receptive field of each layer; and the
/// filters and feature maps of an input as pictures. The page loads nothing, from the network or elsewhere.
///
/// Times and feature maps need single steps: the macro TENON_PROFILE, defined where the network is
/// instantiated. Pictures need libpng when tenon is built. What is missing, the page says. Takes a second, or
/// some 30 runs if that is longer; allocates; throws std::invalid_argument if the input has another number of
/// elements, std::runtime_error if the file cannot be written.
template <Model M>
void report(const weights<M>& w, const std::string& path, const report_options& options = {}) {
  detail::write_text(path, report_page(w, options));
}

}  // namespace tenon
