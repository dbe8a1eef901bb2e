// The language: how expressions compose, what their layers are called, and what is counted.
#include <cmath>
#include <string>

#include "catch.hpp"
#include "tenon/model.hpp"

using namespace tenon::layers;
using tenon::extents;
using tenon::shape;

namespace {

template <class A, class B>
constexpr bool same_type(A, B) {
  return std::is_same_v<A, B>;
}

/// Is there an operator for these operands?
template <class A, class B>
concept Joinable = requires(A a, B b) {
  a | b;
};
template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};

// ---- joining is associative, blocks are values
// ------------------------------------------------------------------

constexpr auto a = conv<4, 3>;
constexpr auto b = relu;
constexpr auto c = max_pool<2>;
static_assert(same_type((a | b) | c, a | (b | c)));
static_assert(same_type((a | b) | (c | a), ((a | b) | c) | a));
static_assert(same_type(input<1, 8, 8> | (a | (b | c)), ((input<1, 8, 8> | a) | b) | c));
static_assert(same_type((a + b) + c, a + (b + c)));
static_assert(same_type((a * b) * c, a*(b* c)) && !same_type(a * b, a + b));
static_assert(same_type(maximum(maximum(a, b), c), maximum(a, maximum(b, c))));
static_assert(!same_type((a - b) - c, a - (b - c)));  // no other way to write it
static_assert(!same_type((a + b) * c, a + (b * c)) && same_type(a + b * c, a + (b * c)));
static_assert(same_type(a + b - c, (a + b) - c) && same_type(a * b | c, (a * b) | c));
static_assert(!same_type(concat(a, concat(b, c)), concat(a, b, c)));  // which may be along another axis
static_assert(!same_type(a | (b + c), (a | b) + c));
static_assert(same_type(identity + a | b, (identity + a) | b));  // + binds before |
static_assert(!same_type(block(a | b) | c, a | b | c));          // a block stays together
static_assert(!same_type(a | b, b | a));

static_assert(Joinable<decltype(a), decltype(b)> && Addable<decltype(a), decltype(b)>);
// What is no layer is joined, too: the model says what is wrong with it (no_compile/number_in_a_chain.cpp and
// others).
static_assert(same_type(a | 5, a | 7) && !same_type(a | 5, a | "five"));
// The operators are for layers: they take nothing else.
static_assert(!Joinable<stride, int> && !Joinable<stride, padding> && !Addable<groups, groups>);

template <tenon::index Channels, auto Activation = relu>
constexpr auto unit = conv<Channels, 3, padding{1}> | batch_norm | Activation;
template <tenon::index Channels>
constexpr auto bottleneck = (identity + (unit<Channels / 4> | unit<Channels, identity>)) | relu;

struct FromBlocks : tenon::model<input<3, 16, 16> | unit<8> | bottleneck<8> | unit<16, hard_swish>> {};
static_assert(FromBlocks::output_shape == shape{16, 16, 16});
struct WrittenOut : tenon::model<input<3, 16, 16> | conv<8, 3, padding{1}> | batch_norm | relu |
                                 (identity + (conv<2, 3, padding{1}> | batch_norm | relu |
                                              conv<8, 3, padding{1}> | batch_norm | identity)) |
                                 relu | conv<16, 3, padding{1}> | batch_norm | hard_swish> {};
static_assert(std::is_same_v<decltype(FromBlocks::expression), decltype(WrittenOut::expression)>);

// The same descriptor however its options are ordered says the same thing; descriptors are empty.
static_assert(conv<4, 3, stride{2}, padding{1}>.attr.stride == conv<4, 3, padding{1}, stride{2}>.attr.stride);
static_assert(std::is_empty_v<std::remove_const_t<decltype(unit<8>)>>);
static_assert(same_type(conv<4, 3>, conv<4, extent{3}>) && !same_type(conv<4, 3>, conv<4, extent{3, 3}>));

// ---- tanh, exp and log live beside the functions of the C library
// ------------------------------------------------------------------------------

using tenon::sum, tenon::chain, tenon::joined, tenon::op;
using Relu = std::remove_const_t<decltype(relu)>;

template <auto Left, auto Right, class Expected>
constexpr bool gives = same_type(Left, Expected{}) && same_type(Right, Expected{});
static_assert(gives<(relu | tanh), (relu | tanh_layer{}), chain<Relu, tanh_layer>> &&
              gives<(exp | relu), (exp_layer{} | relu), chain<exp_layer, Relu>>);
static_assert(gives<relu + log, relu + log_layer{}, sum<Relu, log_layer>> &&
              gives<tanh + relu, tanh_layer{} + relu, sum<tanh_layer, Relu>>);
static_assert(gives<relu * exp, relu * exp_layer{}, joined<op::multiply, Relu, exp_layer>> &&
              gives<log * relu, log_layer{} * relu, joined<op::multiply, log_layer, Relu>>);
static_assert(gives<relu - tanh, relu - tanh_layer{}, joined<op::subtract, Relu, tanh_layer>> &&
              gives<exp - relu, exp_layer{} - relu, joined<op::subtract, exp_layer, Relu>>);
static_assert(same_type(name<"a">(exp), name<"a">(exp_layer{})) &&
              same_type(block(log), block(log_layer{})) &&
              same_type(repeat<2>(tanh), repeat<2>(tanh_layer{})));
static_assert(same_type(concat(relu, identity | tanh), concat(relu, identity | tanh_layer{})));
// A chain that begins with one is a block; gates of a WaveNet.
struct Tanh
    : tenon::model<input<1, 4, 4> | tanh | conv<2, 3> | exp | log | (identity + tanh) | (tanh + identity) |
                   ((conv<2, 1> | tanh) * (conv<2, 1> | sigmoid)) | name<"act">(tanh)> {};
static_assert(Tanh::network.view().nodes[1].attr.kind == op::tanh && Tanh::output_shape == shape{2, 2, 2});

// ---- names
// -----------------------------------------------------------------------------------------------------------

template <class Model>
std::string path(int node) {
  return std::string(tenon::path_of(Model::network.view(), node).view());
}

/// The paths of all layers that have tensors, in order, each followed by a space.
template <class Model>
std::string paths() {
  std::string all;
  for (int i = 0; i < int(Model::network.view().nodes.size()); ++i)
    if (Model::network.view().nodes[std::size_t(i)].tensor_count > 0) all += path<Model>(i) + ' ';
  return all;
}

struct LeNet : tenon::model<input<1, 28, 28>                               //
                            | conv<6, 5, padding{2}> | relu | max_pool<2>  //
                            | conv<16, 5> | relu | max_pool<2>             //
                            | flatten | linear<120> | relu | linear<84> | relu | linear<10>> {};

template <tenon::index OC>
constexpr auto two_convs = name<"conv1">(conv<OC, 3, padding{1}, no_bias>) | name<"bn1">(batch_norm) | relu
                           | name<"conv2">(conv<OC, 3, padding{1}, no_bias>) | name<"bn2">(batch_norm);
template <tenon::index OC>
constexpr auto two_convs_down =
    name<"conv1">(conv<OC, 3, stride{2}, padding{1}, no_bias>) | name<"bn1">(batch_norm) | relu
    | name<"conv2">(conv<OC, 3, padding{1}, no_bias>) | name<"bn2">(batch_norm);
template <tenon::index OC>
constexpr auto shortcut = name<"shortcut">(conv<OC, 1, stride{2}, no_bias> | batch_norm);

struct ResNet8 : tenon::model<input<1, 28, 28>                                        //
                              | conv<16, 3, padding{1}, no_bias> | batch_norm | relu  //
                              | block((two_convs<16> + identity) | relu)              //
                              | block((two_convs_down<32> + shortcut<32>) | relu)     //
                              | block((two_convs_down<64> + shortcut<64>) | relu)     //
                              | global_avg_pool | flatten | linear<10>> {};

struct Torchvision
    : tenon::model<input<3, 32, 32> | name<"conv1">(conv<8, 7, stride{2}, padding{3}>) |
                   name<"layer1">(repeat<2>((two_convs<8> + identity) | relu)) |
                   name<"layer2">(
                       block((two_convs_down<16> + name<"downsample">(conv<16, 1, stride{2}> | batch_norm)) |
                             relu))> {};

struct Copies : tenon::model<input<1, 8, 8> | name<"dense">(repeat<2, "layer", 1>(conv<1, 1> | relu)) |
                             repeat<11, "conv">(conv<1, 1>) | conv<1, 1>> {};

struct Nested : tenon::model<input<1, 8, 8> | name<"a">(name<"b">(name<"c">(conv<1, 1>))) |
                             name<"d.e">(conv<1, 1>) | block(block(block(conv<1, 1> | relu) | relu))> {};

TEST_CASE("layers are numbered as nn.Sequential numbers them, and names join with a dot") {
  CHECK(paths<LeNet>() == "0 3 7 9 11 ");
  CHECK(paths<ResNet8>() ==
        "0 1 3.conv1 3.bn1 3.conv2 3.bn2 4.conv1 4.bn1 4.conv2 4.bn2 4.shortcut.0 4.shortcut.1 "
        "5.conv1 5.bn1 5.conv2 5.bn2 5.shortcut.0 5.shortcut.1 8 ");
  CHECK(paths<Torchvision>() ==
        "conv1 layer1.0.conv1 layer1.0.bn1 layer1.0.conv2 layer1.0.bn2 layer1.1.conv1 layer1.1.bn1 "
        "layer1.1.conv2 "
        "layer1.1.bn2 layer2.0.conv1 layer2.0.bn1 layer2.0.conv2 layer2.0.bn2 layer2.0.downsample.0 "
        "layer2.0.downsample.1 ");
  CHECK(
      paths<Copies>() ==
      "dense.layer1.0 dense.layer2.0 conv0 conv1 conv2 conv3 conv4 conv5 conv6 conv7 conv8 conv9 conv10 12 ");
  CHECK(paths<Nested>() == "a.b.c d.e 2.0.0.0 ");
}

// ---- tags, inputs, outputs: who gives to whom
// --------------------------------------------------------------------------------

/// The nodes that read something, in order: "conv(0) relu(1) +(2, 1) -> 3", with the outputs at the end.
template <auto Expression>
std::string wiring() {
  constexpr auto graph = tenon::infer(tenon::make_graph<std::remove_const_t<decltype(Expression)>>());
  static_assert(!graph.error);
  std::string all;
  for (const tenon::node& n : graph.nodes) {
    if (n.attr.kind == op::input) continue;
    all += std::string(tenon::spelling(n.attr.kind)) + '(' + std::to_string(n.inputs[0]);
    if (n.inputs[1] >= 0) all += ", " + std::to_string(n.inputs[1]);
    all += ") ";
  }
  all += "->";
  for (int out : graph.outputs) all += ' ' + std::to_string(out);
  return all;
}

TEST_CASE("a tag names the feature map at its place") {
  CHECK(wiring<input<4, 8, 8> | tag<"x"> | relu | (identity + from<"x">)>() ==
        "relu(0) identity(1) +(2, 0) -> 3");
  CHECK(wiring<input<4, 8, 8> | relu | tag<"x"> | sigmoid | concat(from<"x">, identity, from<"x">)>() ==
        "relu(0) sigmoid(1) identity(2) concat(1, 3) concat(4, 1) -> 5");
  // One map under two names; a name at the end, which nobody recalls.
  CHECK(wiring<input<4, 8, 8> | tag<"x"> | tag<"y"> | relu | (from<"x"> * from<"y">)+identity | tag<"z">>() ==
        "relu(0) *(0, 0) identity(1) +(2, 3) -> 4");
  // Branches that grow out of each other: the graph is not a nest of blocks.
  CHECK(wiring<input<4, 8, 8> | conv<4, 1> | tag<"a"> | relu | tag<"b"> | (from<"a"> + sigmoid) | tag<"c"> |
               (from<"b"> * identity) | (identity - from<"c">)>() ==
        "conv(0) relu(1) sigmoid(2) +(1, 3) identity(4) *(2, 5) identity(6) -(7, 4) -> 8");
}

/// In a U-Net each level keeps its map under the same name.
template <int Levels>
constexpr auto u_net = block(conv<4, 3, same> | tag<"skip"> | max_pool<2> | u_net<Levels - 1> | upsample<2> |
                             (identity + from<"skip">));
template <>
constexpr auto u_net<0> = relu;

TEST_CASE("a tag is found in its own scope, then in those around it, then in the last block before") {
  // 1 conv, 2 pool, 3 conv, 4 pool, 5 relu, 6 upsample: the inner skip is 3, the outer one 1.
  CHECK(wiring<input<4, 8, 8> | u_net<2>>() ==
        "conv(0) max_pool(1) conv(2) max_pool(3) relu(4) upsample(5) identity(6) +(7, 3) upsample(8) "
        "identity(9) "
        "+(10, 1) -> 11");
  CHECK(wiring<input<4, 8, 8> | tag<"x"> | block(relu | (identity + from<"x">))>() ==
        "relu(0) identity(1) +(2, 0) -> 3");
  // The name is given again inside: the block sees its own, what follows the block sees the outer one.
  CHECK(wiring<input<4, 8, 8> | tag<"x"> | block(relu | tag<"x"> | (sigmoid + from<"x">)) |
               (identity + from<"x">)>() == "relu(0) sigmoid(1) +(2, 1) identity(3) +(4, 0) -> 5");
  // Set inside of a block only: the last one before counts. Each copy of a block has its own.
  CHECK(wiring<input<4, 8, 8> | repeat<2>(relu | tag<"x"> | sigmoid) | (identity + from<"x">)>() ==
        "relu(0) sigmoid(1) relu(2) sigmoid(3) identity(4) +(5, 3) -> 6");
  CHECK(wiring<input<4, 8, 8> | repeat<2>(tag<"x"> | relu | (identity + from<"x">))>() ==
        "relu(0) identity(1) +(2, 0) relu(3) identity(4) +(5, 3) -> 6");
  CHECK(wiring<input<4, 8, 8> | name<"a">(relu | tag<"x">) | name<"b">(sigmoid | tag<"x">) |
               (from<"x"> + identity)>() == "relu(0) sigmoid(1) identity(2) +(2, 3) -> 4");
}

struct Two : tenon::model<concat(name<"left">(input<1, 8, 8>) | conv<2, 3>, name<"right">(input<3, 6, 6>)) |
                          outputs(conv<1, 1>, global_max_pool | flatten, identity)> {};
static_assert(Two::input_count == 2 && Two::input_shapes[1] == shape{3, 6, 6});
static_assert(Two::output_count == 3 && Two::output_shapes[0] == shape{1, 6, 6} &&
              Two::output_shapes[1] == shape{5} && Two::output_shapes[2] == shape{5, 6, 6});
static_assert(Two::parameter_count == 2 * 9 + 2 + 5 + 1);

TEST_CASE("inputs and outputs stand where they are written") {
  CHECK(wiring<concat(name<"l">(input<1, 8, 8>), name<"r">(input<2, 8, 8>) | relu) | conv<1, 3>>() ==
        "relu(1) concat(0, 2) conv(3) -> 4");
  CHECK(wiring<(name<"l">(input<4, 8, 8>) | relu) + (name<"r">(input<4, 8, 8>) | sigmoid)>() ==
        "relu(0) sigmoid(2) +(1, 3) -> 4");
  // One after the other, where tags keep what came before.
  CHECK(wiring<name<"l">(input<4, 8, 8>) | relu | tag<"l"> | name<"r">(input<4, 8, 8>) | sigmoid |
               (identity + from<"l">)>() == "relu(0) sigmoid(2) identity(3) +(4, 1) -> 5");
  CHECK(wiring<input<4, 8, 8> | relu | outputs(identity, max_pool<2>, sigmoid | flatten)>() ==
        "relu(0) identity(1) max_pool(1) sigmoid(1) flatten(4) -> 2 3 5");
  CHECK(wiring<input<4, 8, 8> | tag<"x"> | relu | outputs(from<"x">, identity, from<"x">)>() ==
        "relu(0) identity(1) -> 0 2 0");
  // Padding that is not zeros is a node of its own.
  CHECK(wiring<input<4, 8, 8> | conv<4, 3, same, cyclic>>() == "pad(0) conv(1) -> 2");
}

// ---- counts
// ------------------------------------------------------------------------------------------------------------

static_assert(LeNet::output_shape == shape{10});
static_assert(LeNet::parameter_count == 61'706);
static_assert(LeNet::mac_count == 416'520);
static_assert(LeNet::weight_bytes == 4 * 61'706);
static_assert(LeNet::receptive_field == extents{28 + 4, 28 + 4});  // padding counts
static_assert(LeNet::arena_bytes <= 16 * 1024);

// The tensors of resnet8-fashion.safetensors. Batch norms: weight and bias are trained, two more tensors are
// stored.
static_assert(ResNet8::output_shape == shape{10});
static_assert(ResNet8::parameter_count == 77'754);
static_assert(ResNet8::weight_bytes == 4 * (77'754 + 2 * (3 * 16 + 3 * 32 + 3 * 64)));

template <auto Expression>
struct Counts : tenon::model<Expression> {};
static_assert(Counts<input<4, 8, 8> | repeat<3>(conv<4, 1>)>::parameter_count == 3 * 20);
/// A block of a template whose operands do not depend on its argument.
template <tenon::index Channels>
constexpr auto independent = (conv<4, 1> | relu) + conv<4, 3, padding{1}> | conv<Channels, 1>;
static_assert(Counts<input<1, 4, 4> | independent<2>>::output_shape == shape{2, 4, 4});
// ---- sentences are bounded, numbers are written whole
// ---------------------------------------------------------------------

static_assert((tenon::phrase() << tenon::index(-9223372036854775807 - 1)).view() == "-9223372036854775808");
static_assert(tenon::decimal(0.01f).view() == "0.01" && tenon::decimal(-2.5).view() == "-2.5");
static_assert(tenon::decimal(1e-5f).view() == "1e-5" && tenon::decimal(1.25e-7).view() == "1.25e-7");
static_assert(tenon::decimal(0).view() == "0" && tenon::decimal(100).view() == "100");
static_assert(tenon::decimal(3e38f).view() == "3e38" && tenon::decimal(1e-3f).view() == "0.001");
static_assert((tenon::basic_sentence<8>() << "123456789").view() == "12345...");

TEST_CASE("the catalogue has one entry for each rule, and every place of a sentence can be filled") {
  const tenon::phrase args[4] = {tenon::phrase() << "A", tenon::phrase() << "B", tenon::phrase() << "C",
                                 tenon::phrase() << "D"};
  int id = 0;
  for (const tenon::catalogue_entry& entry : tenon::catalogue) {
    CHECK(static_cast<int>(entry.id) == ++id);  // in the order of `rule`
    CHECK(&tenon::entry_of(entry.id) == &entry);
    CHECK_FALSE(entry.remedy.empty());
    CHECK(tenon::fill(entry, args).view().find('{') == std::string_view::npos);
  }
  CHECK(id == static_cast<int>(tenon::rule::formula_too_long));
}

TEST_CASE("::tanh, ::exp and ::log are still functions") {
  CHECK(tanh(0.0) + exp(0.0) + log(1.0) == 1.0);
  CHECK(std::tanh(0.0f) + std::exp(0.0f) + std::log(1.0f) == 1.0f);
}

}  // namespace
