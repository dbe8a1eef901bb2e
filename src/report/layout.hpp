// A directed graph in layers: boxes in rows from top to bottom, edges between them.
#pragma once

#include <string>
#include <vector>

namespace tenon::drawing {

struct point {
  double x = 0, y = 0;
};

struct box {
  double width = 0, height = 0;
  double room = 0;      // what is kept free along its row
  double x = 0, y = 0;  // of its middle and of its upper edge; filled in
  int row = 0;          // filled in
};

struct edge {
  int from = 0, to = 0;
  bool straight = false;      // rather this one than others
  std::vector<point> path{};  // from the lower edge of a box to the upper one of another; filled in
};

struct layout {
  std::vector<box> boxes;  // no edge leads to one that is before its source
  std::vector<edge> edges;
  double row_gap = 30, column_gap = 18;
  double width = 0, height = 0;  // filled in

  /// Sugiyama's steps: each box in the row behind the last of those it depends on; long edges cut into
  /// points, one in each row between; the order within rows by barycentres, so that few edges cross; then
  /// places along the rows where edges are as straight as may be: a least-squares problem for each row, with
  /// the order as its constraint. (Sugiyama, Tagawa, Toda: Methods for visual understanding of hierarchical
  /// system structures, 1981.)
  void arrange();
};

}  // namespace tenon::drawing
