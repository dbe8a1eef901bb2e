// Tables of a network and of its plan.
#include "tenon/describe.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "tenon/geometry.hpp"
#include "tenon/receptive_field.hpp"

namespace tenon::detail {
namespace {

/// "1234567" -> "1,234,567"
std::string grouped(index n) {
  std::string digits = std::to_string(n);
  for (int at = static_cast<int>(digits.size()) - 3; at > (n < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string spelled(const auto& said) { return std::string(said.view()); }
std::string spelled(const shape& s) { return spelled(phrase() << s); }
/// "12.3"; three digits are enough.
std::string fixed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 1 ? "%.3f" : value < 10 ? "%.2f" : "%.1f", value);
  return text;
}
/// A count, or a dash where there is nothing to count.
std::string counted(index n) { return n == 0 ? "-" : grouped(n); }

/// A table with a heading, its columns as wide as they need to be; columns named `<heading` are set to the
/// right.
template <std::size_t Columns>
class table {
 public:
  using row = std::array<std::string, Columns>;

  explicit table(const row& heading) {
    for (std::size_t c = 0; c < Columns; ++c) {
      right_[c] = heading[c].starts_with('<');
      heading_[c] = heading[c].substr(right_[c]);
    }
  }
  void add(row r) { rows_.push_back(std::move(r)); }

  void print(std::ostream& out) const {
    std::array<std::size_t, Columns> width{};
    const auto widen = [&](const row& r) {
      for (std::size_t c = 0; c < Columns; ++c) width[c] = std::max(width[c], r[c].size());
    };
    widen(heading_);
    for (const row& r : rows_) widen(r);
    std::size_t total = 2 * (Columns - 1);
    for (std::size_t w : width) total += w;
    print_row(out, heading_, width);
    out << std::string(total, '-') << '\n';
    for (const row& r : rows_) print_row(out, r, width);
    out << std::string(total, '-') << '\n';
  }

 private:
  void print_row(std::ostream& out, const row& r, const std::array<std::size_t, Columns>& width) const {
    std::string line;
    for (std::size_t c = 0; c < Columns; ++c) {
      const std::string fill(width[c] - r[c].size(), ' ');
      line += (right_[c] ? fill + r[c] : r[c] + fill) + "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }

  row heading_;
  std::array<bool, Columns> right_{};
  std::vector<row> rows_;
};

/// "1x14 px, 2x16 ch": the register tile of a step.
std::string tile_text(const step_view& s, simd isa) {
  switch (s.what.how) {
    case algorithm::direct:
    case algorithm::winograd:
    case algorithm::transposed:
    case algorithm::local:
    case algorithm::depthwise: {
      const tile t = s.what.how == algorithm::winograd     ? winograd_of(s, isa).shape
                     : s.what.how == algorithm::transposed ? phase_of(s, isa, 0).shape
                                                           : direct_of(s, isa).shape;
      return std::to_string(t.rows) + 'x' + std::to_string(t.columns) + " px, " + std::to_string(t.vectors) +
             'x' + std::to_string(t.lanes) + " ch";
    }
    case algorithm::winograd_tiles: {
      const winograd_tiles_geometry g = winograd_tiles_of(s, isa);
      return std::to_string(g.shape.rows.outputs) + 'x' + std::to_string(g.shape.columns.outputs) +
             " px of " + std::to_string(g.layer.block) + " tiles, " + std::to_string(g.layer.vectors) + 'x' +
             std::to_string(g.layer.lanes) + " ch";
    }
    case algorithm::direct_width: {
      const width_tile t = width_of(s, isa).shape;
      return std::to_string(t.rows) + 'x' + std::to_string(t.vectors * isa.lanes) + " px, " +
             std::to_string(t.channels) + " ch";
    }
    case algorithm::matrix_vector: {
      const linear_geometry g = linear_of(s, isa);
      return std::to_string(g.vectors) + 'x' + std::to_string(g.lanes) + " outputs";
    }
    default:
      return "";
  }
}

std::string map_text(const buffer& b) {
  std::string text = std::to_string(b.channels);
  if (b.depth > 1) text += 'x' + std::to_string(b.depth);
  if (b.positions() > 1) text += 'x' + std::to_string(b.rows) + 'x' + std::to_string(b.columns);
  return text;
}

std::string place_text(const buffer& b) {
  if (b.where == place::input) return "input";
  if (b.where == place::output) return "output";
  if (b.held > 0)
    return "@" + std::to_string(b.offset * index(sizeof(float))) + ", " + std::to_string(b.held) + " rows";
  return "@" + std::to_string(b.offset * index(sizeof(float)));
}

}  // namespace

void print_summary(std::ostream& out, graph_view network, plan_view schedule) {
  table<6> t({"Layer", "Name", "Type", "<Output", "<Parameters", "<MACs"});
  index parameters = 0, macs = 0, weights = 0;
  for (int id = 0; id < static_cast<int>(network.nodes.size()); ++id) {
    const node& n = network.nodes[id];
    if (n.pads) continue;  // the layer behind it speaks for both
    const std::string number = n.layer < 0 ? "" : std::to_string(n.layer);
    const std::string name = n.layer < 0 ? "" : spelled(path_of(network, id));
    t.add({number, name, spelled(spell(n.attr)), spelled(n.out), counted(n.parameters), counted(n.macs)});
    parameters += n.parameters, macs += n.macs, weights += n.tensor_count;
  }
  t.print(out);
  const extents sees = receptive_field(network);
  out << "Parameters: " << grouped(parameters) << " (" << grouped(weights * index(sizeof(float)))
      << " bytes of weights)\n"
      << "Multiply-accumulates: " << grouped(macs) << '\n';
  if (sees.count > 0) {
    out << "Receptive field: ";
    for (int axis = 0; axis < sees.count; ++axis) out << (axis > 0 ? "x" : "") << sees.values[axis];
    out << '\n';
  }
  out << "Arena: " << grouped(schedule.arena_elements * index(sizeof(float))) << " bytes\n";
}

void print_plan(std::ostream& out, graph_view network, plan_view schedule, simd isa, const machine& core) {
  table<10> t(
      {"Step", "Computes", "Algorithm", "Tile", "<In", "<Out", "<MACs", "<Weights", "<Arena", "<Floor us"});
  index macs = 0, packed = 0;
  double floor = 0;
  for (std::size_t i = 0; i < schedule.steps.size(); ++i) {
    const step_view s{network, schedule, schedule.steps[i]};
    std::string computes;
    for (int k = 0; k < s.what.covered_count; ++k) {
      const int id = s.what.covered[k];
      const node& n = network.nodes[id];
      if (k > 0) computes += " | ";
      const bool named = n.layer >= 0 && !n.label.empty();
      computes += (named ? spelled(path_of(network, id)) + ' ' : "") + spelled(spell(n.attr));
    }
    if (computes.empty()) computes = s.out().has_halo() ? "(gives a halo)" : "(changes layout)";
    const index bytes = packed_elements(s, isa) * index(sizeof(float));
    t.add(
        {std::to_string(i), computes,
         std::string(s.what.how == algorithm::direct && is_pointwise(s) ? "pointwise" : spelling(s.what.how)),
         tile_text(s, isa), map_text(s.in()), map_text(s.out()), counted(s.what.macs), counted(bytes),
         place_text(s.out()), fixed(least_microseconds(s, core))});
    macs += s.what.macs, packed += bytes, floor += least_microseconds(s, core);
  }
  t.print(out);
  for (std::size_t i = 0; i < schedule.steps.size(); ++i)
    if (const step& s = schedule.steps[i]; s.chain > 1)
      out << "Steps " << i << " to " << i + static_cast<std::size_t>(s.chain) - 1
          << " are a chain: they advance together, "
          << (s.band == 1 ? "1 row" : std::to_string(s.band) + " rows") << " of the last at a time\n";
  out << schedule.steps.size() << " steps, " << grouped(macs) << " MACs, " << grouped(packed)
      << " bytes of packed weights for vectors of " << isa.lanes << ", arena of "
      << grouped(schedule.arena_elements * index(sizeof(float))) << " bytes\n"
      << (schedule.numbers == numerics::reproducible
              ? "Reproducible: the same bits on every instruction set\n"
          : schedule.numbers == numerics::fast ? "Fast: activations of about 14 bits\n"
                                               : "")
      << "Floor: " << fixed(floor) << " us on a core of " << core.gflops << " GFLOP/s, " << core.l3_gbytes
      << " GB/s from the last-level cache and " << core.memory_gbytes << " from memory\n";
}

}  // namespace tenon::detail
