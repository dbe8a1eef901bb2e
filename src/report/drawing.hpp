// What the pictures of a network have in common: texts, kinds, and which step computes what.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layout.hpp"
#include "tenon/plan.hpp"

namespace tenon::drawing {

/// Text as it may stand in XML, in attributes too. What XML has no place for becomes a question mark.
std::string escaped(std::string_view text);

/// "12.5": as few digits as keep a tenth of a pixel.
std::string pixels(double value);

/// A group of layers of one colour: "conv", "linear", "pool", "norm", "act", "join", "move" or "io".
std::string_view kind_of(op kind);

/// A layer in few words: "conv 3×3 · 64 / 2".
std::string short_text(const node& n);

/// "64×56×56"
std::string shape_text(const shape& s);

/// "64×56×56"; of a map along one axis "32×4096", of a vector "120".
std::string map_text(const buffer& b);

/// A layer in full: name, what the user wrote, shape, counts.
std::string long_text(graph_view network, int id);

/// The step that computes each node, or -1: inputs, and what needs no computation.
std::vector<int> steps_of_nodes(graph_view network, plan_view schedule);

/// Inputs of a node.
std::vector<int> inputs_of(const node& n);

/// How wide a text is when its letters are `one` on average: letters of UTF-8, not its bytes.
double text_width(std::string_view text, double one);

/// "1,234" or "1.8 G"
std::string short_count(double count);

/// An edge as a line with a tip and a text beside its beginning.
std::string edge_svg(const edge& e, std::string_view kind, std::string_view text_kind, std::string_view text);

/// A large network in its blocks, at most 24 boxes if there are blocks that large; empty where that would say
/// little. A click on a box is to go to the element with the id in its data-goto.
std::string blocks_svg(graph_view network, plan_view schedule, std::string_view prefix);

/// The graph as an SVG element. Boxes have the id "PREFIX" and their number, and the class "sN" for step N.
std::string graph_svg(graph_view network, plan_view schedule, std::string_view title, std::string_view prefix,
                      bool alone);

/// The style of graph_svg: colours of kinds, light and dark.
extern const char* const graph_style;

}  // namespace tenon::drawing
