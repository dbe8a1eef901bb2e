// Tables of a network and of its plan.
#include "tenon/describe.hpp"

#include <string>
#include <vector>

#include "table.hpp"
#include "tenon/geometry.hpp"
#include "tenon/geometry/split.hpp"
#include "tenon/receptive_field.hpp"

namespace tenon::detail {
namespace {

/// "1x14 px, 2x16 ch", or "3x8 ch x 2 taps": the register tile of a step; ", 24 turns" if there are several.
std::string tile_text(const step_view& s, simd isa) {
  switch (s.what.how) {
    case algorithm::direct:
    case algorithm::winograd_rows:
    case algorithm::transposed:
    case algorithm::local:
    case algorithm::depthwise: {
      const bool rows = s.what.how == algorithm::winograd_rows;
      const direct_geometry g = rows                                  ? winograd_of(s, isa)
                                : s.what.how == algorithm::transposed ? phase_of(s, isa, 0)
                                                                      : direct_of(s, isa);
      const tile& t = g.shape;
      const turn by = turn_of(s, g);
      return std::to_string(t.rows) + 'x' + std::to_string(t.columns) + " px, " + std::to_string(t.vectors) +
             'x' + std::to_string(t.vector_channels()) + " ch" +
             (t.lanes_per_channel > 1 ? " x 2 taps" : "") +
             (by.tiles > 0 ? ", " + std::to_string(by.count(g.layer)) + " turns" : "") +
             (s.what.by_rows ? ", row by row of the filter" : "");
    }
    case algorithm::winograd_tiles:
    case algorithm::winograd_plain:
    case algorithm::strassen: {
      const winograd_tiles_geometry g = winograd_tiles_of(s, isa);
      return std::to_string(g.shape.rows.outputs) + 'x' + std::to_string(g.layer.columns.tile) + " px of " +
             std::to_string(g.layer.block) + " tiles, " + std::to_string(g.layer.vectors) + 'x' +
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

/// What the pieces of a cut are made of.
std::string unit_text(const step_view& s, const cut& how) {
  if (s.what.chain > 1) return "rows";
  switch (s.what.how) {
    case algorithm::winograd_tiles:
    case algorithm::winograd_plain:
    case algorithm::strassen:
      return "tiles";
    case algorithm::matrix_vector:
      return "outputs";
    case algorithm::local:
      return "pixels";
    case algorithm::copy:
    case algorithm::map:
    case algorithm::affine:
    case algorithm::combine:
      return "parts";
    case algorithm::normalise:
      return s.layer().attr.per_position ? "rows" : "sets";
    default:
      return how.axis == cut_axis::planes ? "planes" : how.axis == cut_axis::rows ? "rows" : "columns";
  }
}

/// "14 x rows, 2 x channels", "up to 7 x tiles": the parts of a step.
std::string cut_text(const step_view& s, const step_split& split) {
  if (!split.shared() || is_later_link(s.what)) return "-";
  const cut& how = split.how;
  std::string text = split.one_each ? "up to " : "";
  if (how.along > 1) text += std::to_string(how.along) + " x " + unit_text(s, how);
  if (how.along > 1 && how.blocks > 1) text += ", ";
  if (how.blocks > 1)
    text += std::to_string(how.blocks) + (s.what.how == algorithm::transposed ? " x phases" : " x channels");
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

void print_plan(std::ostream& out, graph_view network, plan_view schedule, index share_from, simd isa,
                const machine& core) {
  table<11> t({"Step", "Computes", "Algorithm", "Tile", "Cut", "<In", "<Out", "<MACs", "<Weights", "<Arena",
               "<Floor us"});
  index macs = 0, packed = 0, time = 0;
  double floor = 0;
  for (const step& s : schedule.steps) time += time_with({network, schedule, s}, isa);
  const bool cuts = time >= least_to_share(share_from);
  std::vector<step_split> splits;
  for (std::size_t i = 0; i < schedule.steps.size(); ++i) {
    const step_view s{network, schedule, schedule.steps[i]};
    const index bytes = packed_elements(s, isa) * index(sizeof(float));
    const int writer = writer_of(s);
    const step_split before = writer < 0 ? step_split{} : splits[static_cast<std::size_t>(writer)];
    splits.push_back(cuts ? split_of(s, isa, share_from, before) : step_split{});
    t.add({std::to_string(i), computed_by(s), algorithm_text(s), tile_text(s, isa),
           cut_text(s, splits.back()), map_text(s.in()), map_text(s.out()), counted(s.what.macs),
           counted(bytes), place_text(s.out()), fixed(least_microseconds(s, core))});
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
