// The parts of a report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tenon/report.hpp"

namespace tenon::drawing {

/// What a report is about.
struct subject {
  const detail::runner& net;
  std::span<const shape> outputs;
  std::span<const float> weights;
  const report_options& options;
  std::vector<int> steps_of_nodes{};
  std::optional<network_profile> times{};

  const node& layer(int id) const { return net.network.nodes[static_cast<std::size_t>(id)]; }
  step_view step(std::size_t number) const { return {net.network, net.schedule, net.schedule.steps[number]}; }
  /// The layer that stands for a step in pictures, or -1.
  int main_layer(std::size_t number) const {
    const auto& what = net.schedule.steps[number];
    return what.covered_count > 0 ? what.node : -1;
  }
  /// The class of its colour.
  std::string_view kind_of_step(std::size_t number) const;
};

/// "1.5 KiB"
std::string bytes_text(double bytes);

/// The arena as SVG: steps across, address up, a block for each buffer.
std::string arena_svg(const subject& s);

/// Operations per byte across, GFLOP/s up, a point for each step. Needs times.
std::string roofline_svg(const subject& s);

/// Input, filters, feature maps, and the output.
std::string features_html(const subject& s);

/// A picture of some pixels, each of `channels` (1 or 3) bytes or an index into a palette of `palette`
/// colours, as a data URI; or empty if tenon was built without libpng.
struct pixel_map {
  int width = 0, height = 0;
  std::vector<unsigned char> values{};   // one for each pixel, or three
  std::vector<unsigned char> palette{};  // three for each colour; if empty, values are colours
};
std::string data_uri(const pixel_map& picture);
bool can_draw_pixels();

extern const char* const page_style;
extern const char* const page_script;

}  // namespace tenon::drawing
