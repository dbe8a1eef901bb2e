#include "layout.hpp"

#include <algorithm>
#include <utility>

namespace tenon::drawing {
namespace {

/// What stands in a row: a box, or a point of a long edge.
struct item {
  int box = -1;
  int row = 0;
  double width = 0;
  double x = 0;
};

struct link {
  int from, to;  // items
  double weight;
  bool stiff;
};

class arrangement {
 public:
  explicit arrangement(layout& what) : what_(what) {}

  void run() {
    find_rows();
    cut_edges();
    order();
    place();
    write();
  }

 private:
  using items = std::vector<int>;

  void find_rows() {
    for (std::size_t b = 0; b < what_.boxes.size(); ++b) {
      what_.boxes[b].row = 0;
      for (const edge& e : what_.edges)
        if (e.to == static_cast<int>(b))
          what_.boxes[b].row =
              std::max(what_.boxes[b].row, what_.boxes[static_cast<std::size_t>(e.from)].row + 1);
    }
  }

  void cut_edges() {
    int last = 0;
    for (std::size_t b = 0; b < what_.boxes.size(); ++b) {
      items_.push_back(
          {static_cast<int>(b), what_.boxes[b].row, std::max(what_.boxes[b].width, what_.boxes[b].room)});
      last = std::max(last, what_.boxes[b].row);
    }
    for (const edge& e : what_.edges) {
      const int from = items_[static_cast<std::size_t>(e.from)].row,
                to = items_[static_cast<std::size_t>(e.to)].row;
      std::vector<int> way{e.from};
      for (int row = from + 1; row < to; ++row) {
        way.push_back(static_cast<int>(items_.size()));
        items_.push_back({-1, row, 6});
      }
      way.push_back(e.to);
      for (std::size_t i = 0; i + 1 < way.size(); ++i) {
        const bool ends[] = {i == 0, i + 2 == way.size()};
        // Points of one edge stand above each other; so do boxes of a chain.
        const bool stiff = (!ends[0] && !ends[1]) || (way.size() == 2 && e.straight);
        links_.push_back({way[i], way[i + 1], stiff ? 16.0 : way.size() == 2 ? 4.0 : 1.0, stiff});
      }
      ways_.push_back(std::move(way));
    }
    rows_.resize(static_cast<std::size_t>(last) + 1);
    above_.resize(items_.size());
    below_.resize(items_.size());
    for (std::size_t l = 0; l < links_.size(); ++l) {
      above_[static_cast<std::size_t>(links_[l].to)].push_back(static_cast<int>(l));
      below_[static_cast<std::size_t>(links_[l].from)].push_back(static_cast<int>(l));
    }
    for (std::size_t i = 0; i < items_.size(); ++i)
      rows_[static_cast<std::size_t>(items_[i].row)].push_back(static_cast<int>(i));
  }

  /// Number of an item within its row.
  std::vector<double> numbers() const {
    std::vector<double> number(items_.size());
    for (const items& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i) number[static_cast<std::size_t>(row[i])] = double(i);
    return number;
  }

  /// Pairs of edges that cross.
  long crossings() const {
    const auto number = numbers();
    long count = 0;
    for (const items& row : rows_) {
      std::vector<std::pair<double, double>> ends;
      for (int i : row)
        for (int l : below_[static_cast<std::size_t>(i)])
          ends.push_back({number[static_cast<std::size_t>(i)],
                          number[static_cast<std::size_t>(links_[static_cast<std::size_t>(l)].to)]});
      for (std::size_t a = 0; a < ends.size(); ++a)
        for (std::size_t b = a + 1; b < ends.size(); ++b)
          count += (ends[a].first - ends[b].first) * (ends[a].second - ends[b].second) < 0;
    }
    return count;
  }

  void sort_row(items& row, bool down, std::vector<double>& number) {
    std::vector<double> want(items_.size());
    for (int i : row) {
      const auto& links = (down ? above_ : below_)[static_cast<std::size_t>(i)];
      double sum = 0;
      for (int l : links) {
        const link& k = links_[static_cast<std::size_t>(l)];
        sum += number[static_cast<std::size_t>(down ? k.from : k.to)];
      }
      want[static_cast<std::size_t>(i)] =
          links.empty() ? number[static_cast<std::size_t>(i)] : sum / static_cast<double>(links.size());
    }
    std::sort(row.begin(), row.end(), [&](int a, int b) {
      const auto key = [&](int i) {
        return std::pair{want[static_cast<std::size_t>(i)], number[static_cast<std::size_t>(i)]};
      };
      return key(a) < key(b);
    });
    for (std::size_t i = 0; i < row.size(); ++i) number[static_cast<std::size_t>(row[i])] = double(i);
  }

  void order() {
    auto best = rows_;
    long least = crossings();
    auto number = numbers();
    for (int sweep = 0; sweep < 12 && least > 0; ++sweep) {
      const bool down = sweep % 2 == 0;
      for (std::size_t r = 0; r < rows_.size(); ++r)
        sort_row(rows_[down ? r : rows_.size() - 1 - r], down, number);
      if (const long count = crossings(); count < least) least = count, best = rows_;
    }
    rows_ = best;
  }

  double distance(int left, int right) const {
    const item &a = items_[static_cast<std::size_t>(left)], &b = items_[static_cast<std::size_t>(right)];
    return (a.width + b.width) / 2 + what_.column_gap;
  }

  /// Moves the items of a row to where their neighbours want them, in their order and apart: least squares
  /// by pooling adjacent violators.
  void settle(const items& row, bool above, bool below) {
    struct pool {
      double weight, sum;
      std::size_t count;
      double at() const { return sum / weight; }
    };
    std::vector<pool> pools;
    std::vector<double> shift(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) shift[i] = shift[i - 1] + distance(row[i - 1], row[i]);
      const auto id = static_cast<std::size_t>(row[i]);
      double weight = 0.01, sum = 0.01 * items_[id].x;
      const auto pull = [&](const std::vector<int>& links, bool from) {
        for (int l : links) {
          const link& k = links_[static_cast<std::size_t>(l)];
          weight += k.weight;
          sum += k.weight * items_[static_cast<std::size_t>(from ? k.from : k.to)].x;
        }
      };
      if (above) pull(above_[id], true);
      if (below) pull(below_[id], false);
      pools.push_back({weight, sum - weight * shift[i], 1});
      while (pools.size() > 1 && pools[pools.size() - 2].at() > pools.back().at()) {
        const pool last = pools.back();
        pools.pop_back();
        pools.back().weight += last.weight, pools.back().sum += last.sum, pools.back().count += last.count;
      }
    }
    std::size_t i = 0;
    for (const pool& p : pools)
      for (std::size_t k = 0; k < p.count; ++k, ++i)
        items_[static_cast<std::size_t>(row[i])].x = p.at() + shift[i];
  }

  void place() {
    for (const items& row : rows_) {
      double x = 0;
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) x += distance(row[i - 1], row[i]);
        items_[static_cast<std::size_t>(row[i])].x = x;
      }
      for (int i : row) items_[static_cast<std::size_t>(i)].x -= x / 2;
    }
    const auto columns = stiff_columns();
    for (int sweep = 0; sweep < 80; ++sweep) {
      const bool both = sweep >= 8;
      if (sweep % 2 == 0)
        for (std::size_t r = 0; r < rows_.size(); ++r) settle(rows_[r], true, both);
      else
        for (std::size_t r = rows_.size(); r-- > 0;) settle(rows_[r], both, true);
      if (sweep % 4 == 3) straighten(columns);
    }
    for (int round = 0; round < 4; ++round) straighten(columns);
  }

  /// Items that are to stand above each other, one in each row.
  std::vector<items> stiff_columns() const {
    std::vector<int> next(items_.size(), -1), before(items_.size(), -1);
    for (const link& l : links_) {
      const auto from = static_cast<std::size_t>(l.from), to = static_cast<std::size_t>(l.to);
      if (l.stiff && next[from] < 0 && before[to] < 0) next[from] = l.to, before[to] = l.from;
    }
    std::vector<items> columns;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (before[i] >= 0 || next[i] < 0) continue;
      columns.emplace_back();
      for (int at = static_cast<int>(i); at >= 0; at = next[static_cast<std::size_t>(at)])
        columns.back().push_back(at);
    }
    return columns;
  }

  /// Moves each column to one place, if there is one between the neighbours of all its items.
  void straighten(const std::vector<items>& columns) {
    std::vector<std::size_t> number(items_.size());
    for (const items& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i) number[static_cast<std::size_t>(row[i])] = i;
    for (const items& column : columns) {
      double least = -1e18, most = 1e18, sum = 0;
      for (int i : column) {
        const item& one = items_[static_cast<std::size_t>(i)];
        const items& row = rows_[static_cast<std::size_t>(one.row)];
        const std::size_t at = number[static_cast<std::size_t>(i)];
        if (at > 0)
          least = std::max(least, items_[static_cast<std::size_t>(row[at - 1])].x + distance(row[at - 1], i));
        if (at + 1 < row.size())
          most = std::min(most, items_[static_cast<std::size_t>(row[at + 1])].x - distance(i, row[at + 1]));
        sum += one.x;
      }
      if (least > most) continue;
      const double x = std::clamp(sum / static_cast<double>(column.size()), least, most);
      for (int i : column) items_[static_cast<std::size_t>(i)].x = x;
    }
  }

  void write() {
    double least = 1e18, most = -1e18;
    for (const item& i : items_) {
      least = std::min(least, i.x - i.width / 2);
      most = std::max(most, i.x + i.width / 2);
    }
    what_.width = items_.empty() ? 0 : most - least;
    std::vector<point> span;  // upper and lower edge of each row
    double y = 0;
    for (const items& row : rows_) {
      double height = 0;
      for (int i : row)
        if (const int b = items_[static_cast<std::size_t>(i)].box; b >= 0)
          height = std::max(height, what_.boxes[static_cast<std::size_t>(b)].height);
      span.push_back({y, y + height});
      y += height + what_.row_gap;
    }
    what_.height = rows_.empty() ? 0 : y - what_.row_gap;
    for (item& i : items_) {
      i.x -= least;
      if (i.box < 0) continue;
      box& b = what_.boxes[static_cast<std::size_t>(i.box)];
      const point at = span[static_cast<std::size_t>(i.row)];
      b.x = i.x, b.y = (at.x + at.y - b.height) / 2;
    }
    for (std::size_t e = 0; e < ways_.size(); ++e) {
      edge& into = what_.edges[e];
      const box &from = what_.boxes[static_cast<std::size_t>(into.from)],
                &to = what_.boxes[static_cast<std::size_t>(into.to)];
      into.path = {{from.x, from.y + from.height}};
      for (std::size_t i = 1; i + 1 < ways_[e].size(); ++i) {
        const item& passed = items_[static_cast<std::size_t>(ways_[e][i])];
        const point at = span[static_cast<std::size_t>(passed.row)];
        into.path.push_back({passed.x, at.x});
        into.path.push_back({passed.x, at.y});
      }
      into.path.push_back({to.x, to.y});
    }
  }

  layout& what_;
  std::vector<item> items_;
  std::vector<link> links_;
  std::vector<std::vector<int>> above_, below_;  // links of an item
  std::vector<std::vector<int>> ways_;           // items of an edge
  std::vector<items> rows_;
};

}  // namespace

void layout::arrange() { arrangement(*this).run(); }

}  // namespace tenon::drawing
