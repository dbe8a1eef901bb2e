// The tables of summary and explain: their rows for LeNet-5 and ResNet-8, and their totals.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "lenet5.hpp"
#include "resnet8.hpp"

#include <tenon/geometry/split.hpp>

namespace {

/// Rows of a table, runs of blanks shrunk to one.
std::vector<std::string> rows(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string row;
    for (std::string word; words >> word;) row += row.empty() ? word : ' ' + word;
    result.push_back(row);
  }
  return result;
}

template <class M>
std::vector<std::string> summary_of() {
  std::ostringstream out;
  tenon::summary<M>(out);
  return rows(out.str());
}

template <class M>
std::vector<std::string> plan_of(tenon::simd isa) {
  std::ostringstream out;
  tenon::explain<M>(out, isa);
  return rows(out.str());
}

bool has(const std::vector<std::string>& table, const std::string& row) {
  return std::find(table.begin(), table.end(), row) != table.end();
}

constexpr tenon::simd avx512{16, 32}, sse{4, 16};

}  // namespace

TEST_CASE("summary has a row for each layer and the totals", "[describe]") {
  const auto table = summary_of<LeNet5>();
  CHECK(table[0] == "Layer Name Type Output Parameters MACs");
  CHECK(has(table, "input<1, 28, 28> 1x28x28 - -"));
  CHECK(has(table, "0 0 conv<6, 5, padding{2}> 6x28x28 156 117,600"));
  CHECK(has(table, "6 6 flatten 400 - -"));
  CHECK(has(table, "11 11 linear<10> 10 850 840"));
  CHECK(has(table, "Parameters: 61,706 (246,824 bytes of weights)"));
  CHECK(has(table, "Multiply-accumulates: 416,520"));
  CHECK(has(table, "Receptive field: 32x32"));
  CHECK(has(table, "Arena: 8,896 bytes"));
}

TEST_CASE("summary shows dotted names", "[describe]") {
  const auto table = summary_of<ResNet8>();
  CHECK(has(table, "10 4.shortcut.0 conv<32, 1, stride{2}, no_bias> 32x14x14 512 100,352"));
  CHECK(has(table, "+ 32x14x14 - -"));
  CHECK(has(table, "28 8 linear<10> 10 650 640"));
}

TEST_CASE("explain shows what was fused, how it runs and where it lies", "[describe]") {
  const auto plan = plan_of<LeNet5>(avx512);
  CHECK(plan[0] == "Step Computes Algorithm Tile Cut In Out MACs Weights Arena Floor us");
  CHECK(has(plan,
            "1 conv<6, 5, padding{2}> | relu | max_pool<2> direct_width 2x32 px, 6 ch - 1x28x28 6x14x14 "
            "117,600 624 @0 1.18"));
  CHECK(
      has(plan,
          "2 conv<16, 5> | relu | max_pool<2> winograd_rows 2x10 px, 1x16 ch - 6x14x14 16x5x5 240,000 11,584 "
          "@6784 2.40"));
  CHECK(has(plan, "5 linear<10> matrix_vector 1x16 outputs - 84 10 840 5,440 output 0.024"));
  CHECK(
      has(plan,
          "6 steps, 416,520 MACs, 269,424 bytes of packed weights for vectors of 16, arena of 8,896 bytes"));
}

struct Inverted : tenon::model<input<16, 64, 64> | conv<64, 1> | relu6 | conv<64, 3, padding{1}, depthwise> |
                               relu6 | conv<16, 1>> {};

TEST_CASE("explain shows chains", "[describe]") {
  const auto plan = plan_of<Inverted>(avx512);
  CHECK(has(plan,
            "0 conv<64, 1> | relu6 direct 1x6 px, 4x16 ch up to 8 x rows 16x64x64 64x64x64 4,194,304 4,352 "
            "@0, 16 rows "
            "107.5"));
  CHECK(has(plan, "Steps 0 to 2 are a chain: they advance together, 6 rows of the last at a time"));
}

/// More inputs than the L2 cache holds.
struct InTurns : tenon::model<input<64, 56, 56> | conv<256, 1>> {};

TEST_CASE("explain shows turns", "[describe]") {
  const auto plan = plan_of<InTurns>(avx512);
  CHECK(std::ranges::any_of(plan, [](const std::string& row) {
    return row.find("0 conv<256, 1> pointwise 1x6 px, 4x16 ch, 7 turns ") != row.npos;
  }));
}

/// All its steps are cut, however small, into what can be told by counting.
struct InParts : tenon::model<input<16, 32, 32> | conv<32, 3, padding{1}> | relu | max_pool<2> | flatten |
                                  linear<64> | softmax,
                              tenon::lowering{.share_from = 0}> {};

/// Many weights for few tiles, which all threads transform; and the phases of a stride.
struct ByChannels : tenon::model<input<512, 16, 16> | conv<1024, 3, padding{1}> | relu |
                                 conv<1024, 3, padding{1}> | conv_transpose<64, 2, stride{2}>> {};

TEST_CASE("explain shows how steps are cut for threads", "[describe]") {
  const auto view = view_of(tenon::kept_plan<InParts::schedule>);
  const auto plan = plan_of<InParts>(avx512);
  std::size_t cuts = 0;
  std::vector<tenon::step_split> splits;
  for (std::size_t i = 0; i < view.steps.size(); ++i) {
    const tenon::step_view s{InParts::network.view(), view, view.steps[i]};
    const int writer = tenon::writer_of(s);
    const tenon::step_split before =
        writer < 0 ? tenon::step_split{} : splits[static_cast<std::size_t>(writer)];
    const tenon::step_split split = tenon::split_of(s, avx512, 0, before);
    splits.push_back(split);
    std::string parts = "-";
    if (split.shared()) {
      const tenon::cut& how = split.how;
      ++cuts, parts = "";
      if (how.along > 1) parts = std::to_string(how.along) + " x ";
      if (how.along == 1) parts = std::to_string(how.blocks) + " x channels";
    }
    INFO(plan[i + 2]);
    CHECK(plan[i + 2].find(' ' + parts) != std::string::npos);
  }
  CHECK(cuts >= 2);
  const auto by_channels = plan_of<ByChannels>(avx512);
  const auto says = [&](const std::string& text) {
    return std::ranges::any_of(by_channels,
                               [&](const std::string& row) { return row.find(text) != row.npos; });
  };
  CHECK(says(" up to 32 x channels "));
  CHECK(says(" x phases"));
  // With the usual least time of a part, nothing of a small network is.
  for (const std::string& row : plan_of<LeNet5>(avx512)) CHECK(row.find(" x ") == std::string::npos);
}

/// A pointwise layer that is cut along tiles, and one that is cut along channels.
struct Wide : tenon::model<input<256, 28, 28> | conv<256, 1, algorithm<tenon::method::strassen>> | relu |
                           conv<256, 3, depthwise, padding{1}>> {};
struct Deep : tenon::model<input<512, 7, 7> | conv<1024, 1> | relu | conv<1024, 3, depthwise, padding{1}>> {};

TEST_CASE("parts of a depthwise step read what the same parts wrote", "[describe]") {
  const auto cuts = [](const std::vector<std::string>& plan) {
    std::string all;
    for (const std::string& row : plan)
      for (const char* along : {" x tiles ", " x rows ", " x channels "})
        if (row.find(along) != row.npos) all += along;
    return all;
  };
  CHECK(cuts(plan_of<Wide>(avx512)) == " x tiles  x rows ");
  CHECK(cuts(plan_of<Deep>(avx512)) == " x channels  x channels ");
}

/// A step that moves channels into a map with a halo: its loops are rows, columns, channels.
struct Shuffled
    : tenon::model<input<2, 28, 28> | conv<64, 1> | channel_shuffle<2> | conv<64, 3, depthwise, padding{1}>> {
};

TEST_CASE("moves of elements are cut where parts share no cache lines", "[describe]") {
  const auto view = view_of(tenon::kept_plan<Shuffled::schedule>);
  int moves = 0;
  for (const tenon::step& what : view.steps) {
    const tenon::step_view s{Shuffled::network.view(), view, what};
    if (what.how != tenon::algorithm::copy || !s.out().has_halo() || what.node < 0) continue;
    const tenon::nest n = tenon::copy_nest(s);
    CHECK(n.loops[tenon::cut_loop(n)].extent == 28);
    CHECK(n.loops[tenon::cut_loop(n)].out == s.out().row_step());
    ++moves;
  }
  CHECK(moves == 1);
}

TEST_CASE("explain says how numbers are computed if not as usual", "[describe]") {
  const std::string line = "Reproducible: the same bits on every instruction set";
  CHECK(has(plan_of<tenon::reproducible<LeNet5>>(avx512), line));
  CHECK(!has(plan_of<LeNet5>(avx512), line));
}

TEST_CASE("explain names batch norms and sums that were fused", "[describe]") {
  const auto plan = plan_of<ResNet8>(avx512);
  CHECK(std::any_of(plan.begin(), plan.end(), [](const std::string& row) {
    return row.find("3.conv2 conv<16, 3, padding{1}, no_bias> | 3.bn2 batch_norm | + | relu winograd") !=
           row.npos;
  }));
}

TEST_CASE("tiles follow the instruction set, the arena does not", "[describe]") {
  const auto small = plan_of<LeNet5>(sse);
  CHECK(small[small.size() - 2].find("for vectors of 4, arena of 8,896 bytes") != std::string::npos);
  CHECK(plan_of<LeNet5>(sse)[3] != plan_of<LeNet5>(avx512)[3]);
}

/// 24 channels are a vector and a half where vectors have 16 lanes, three where they have 8. Taps that are
/// not next to each other share no vector, and few of them do not pay for adding up.
struct Half : tenon::model<input<16, 8, 9> | conv<48, 1> | relu | conv<24, 1> | conv<64, 3>> {};
struct FewTaps : tenon::model<input<2, 8, 8> | conv<6, 1> | conv<24, 1>> {};

TEST_CASE("two taps share vectors that would be half empty", "[describe]") {
  const auto shared = [](const std::vector<std::string>& plan) {
    return std::ranges::count_if(
        plan, [](const std::string& row) { return row.find(" 3x8 ch x 2 taps ") != row.npos; });
  };
  CHECK(shared(plan_of<Half>(avx512)) == 1);
  CHECK(shared(plan_of<Half>({8, 16})) == 0);
  CHECK(shared(plan_of<FewTaps>(avx512)) == 0);
}

TEST_CASE("the unfused plan has a step for each layer", "[describe]") {
  const auto plan = plan_of<tenon::unfused<LeNet5>>(avx512);
  CHECK(has(plan, "2 relu map - 6x28x28 6x28x28 - - @18816 0.235"));
  CHECK(plan[plan.size() - 2].starts_with("12 steps"));
}

TEST_CASE("the floor of a step is the larger of its arithmetic and its bytes", "[describe]") {
  const auto view = view_of(LeNet5::schedule);
  const tenon::step& last = view.steps.back();  // linear: 84 -> 10
  REQUIRE(last.macs == 840);
  const tenon::step_view s{LeNet5::network.view(), view, last};
  const double bytes = 4 * (84 + 10 + 850);
  tenon::machine core{.gflops = 1e6, .l2_gbytes = 10, .l3_gbytes = 5, .memory_gbytes = 1};
  CHECK(tenon::least_microseconds(s, core) == Approx(bytes / 10 / 1e3));
  core.gflops = 1;
  CHECK(tenon::least_microseconds(s, core) == Approx(2 * 840 / 1e3));
  // Weights that no cache holds together come from memory, however few a step has.
  core.gflops = 1e6, core.l2_bytes = 1000, core.l3_bytes = 2000;
  CHECK(tenon::least_microseconds(s, core) == Approx((4 * 850 / 1.0 + 4 * 94 / 10.0) / 1e3));
  static_assert(tenon::machine{}.gbytes(100) > tenon::machine{}.gbytes(1e9));
}

TEST_CASE("explain takes the figures of a machine", "[describe]") {
  std::ostringstream out;
  tenon::explain<LeNet5>(out, avx512, {.gflops = 100});
  CHECK(
      has(rows(out.str()),
          "2 conv<16, 5> | relu | max_pool<2> winograd_rows 2x10 px, 1x16 ch - 6x14x14 16x5x5 240,000 11,584 "
          "@6784 4.80"));
}
