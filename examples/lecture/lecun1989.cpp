// Five networks for 16x16 images of digits, ten classes: with every step there is more structure and there
// are fewer parameters. Source: Y. Le Cun, Generalization and Network Design Strategies, University of
// Toronto CRG-TR-89-4 (1989).
#include "board.hpp"
#include "lecture.hpp"

using namespace lecture;
using namespace tenon::layers;

// How 3x3 windows with a stride of 2 make 8x8 units of 16x16 pixels: `same` asks for ceil(16 / 2) = 8 and
// takes the one row and column that 7 * 2 + 3 = 17 needs from the far edge. Every unit has all its nine
// weights, those beyond the edge too: they are counted. 5x5 windows make 4x4 units of 8x8 without padding
// (`valid`, the default) and with a stride of 1: 8 - 5 + 1 = 4.
// clang-format off

/// One layer.
struct Net1 : tenon::model<
    input<1, 16, 16>
      | flatten
      | linear<10> | tanh> {};

/// A hidden layer, fully connected.
struct Net2 : tenon::model<
    input<1, 16, 16>
      | flatten
      | linear<12> | tanh
      | linear<10> | tanh> {};

/// Two hidden layers, locally connected: each unit sees a window, with weights of its own.
struct Net3 : tenon::model<
    input<1, 16, 16>
      | local<1, 3, stride{2}, same> | tanh
      | local<1, 5>                  | tanh
      | flatten
      | linear<10> | tanh> {};

/// Weights shared over the first feature maps; each unit keeps a bias of its own.
struct Net4 : tenon::model<
    input<1, 16, 16>
      | conv<2, 3, stride{2}, same, untied_bias> | tanh
      | local<1, 5>                              | tanh
      | flatten
      | linear<10> | tanh> {};

/// Shared on both levels.
struct Net5 : tenon::model<
    input<1, 16, 16>
      | conv<2, 3, stride{2}, same, untied_bias> | tanh
      | conv<4, 5, untied_bias>                  | tanh
      | flatten
      | linear<10> | tanh> {};
// clang-format on

static_assert(Net1::parameter_count == 2'570);  // 256 * 10 + 10
static_assert(Net2::parameter_count == 3'214);  // 256 * 12 + 12,  12 * 10 + 10
static_assert(Net3::parameter_count == 1'226);  // 64 * (9 + 1),  16 * (25 + 1),  16 * 10 + 10
static_assert(Net4::parameter_count == 1'132);  // 2 * 9 + 2 * 64,  16 * (2 * 25 + 1),  170
static_assert(Net5::parameter_count == 1'060);  // 146,  4 * 2 * 25 + 4 * 16,  64 * 10 + 10

// Without sharing every parameter is used once.
static_assert(Net1::connection_count == 2'570 && Net2::connection_count == 3'214 &&
              Net3::connection_count == 1'226);
static_assert(Net4::connection_count == 2'266);  // 128 * (9 + 1),  816,  170
static_assert(Net5::connection_count == 5'194);  // 1,280,  64 * (50 + 1),  650

/// The shapes from input to output, where they change.
template <class Network>
std::string shapes() {
  std::string text;
  shape last;
  for (const tenon::node& n : Network::network.nodes) {
    if (n.out == last || n.attr.kind == tenon::op::flatten) continue;
    last = n.out;
    if (!text.empty()) text += " > ";
    for (int axis = 0; axis < last.rank; ++axis)
      text += (axis ? "x" : "") + std::to_string(last.extents[axis]);
  }
  return text;
}

template <class Network>
std::vector<std::string> row(std::string name, std::string layers) {
  return {std::move(name),
          std::move(layers),
          shapes<Network>(),
          counted(Network::parameter_count),
          counted(Network::connection_count),
          fixed(double(Network::connection_count) / double(Network::parameter_count), 1)};
}

int main() {
  heading("Le Cun (1989): what is known of the task goes into the structure.");
  table({{"", "layers", "shapes", "parameters", "connections", "uses of each"},
         row<Net1>("Net-1", "full"),
         row<Net2>("Net-2", "full, full"),
         row<Net3>("Net-3", "local, local, full"),
         row<Net4>("Net-4", "shared, local, full"),
         row<Net5>("Net-5", "shared, shared, full")},
        3);
}
