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
static_assert(!same_type(a | (b + c), (a | b) + c));
static_assert(same_type(identity + a | b, (identity + a) | b));  // + binds before |
static_assert(!same_type(block(a | b) | c, a | b | c));          // a block stays together
static_assert(!same_type(a | b, b | a));

static_assert(Joinable<decltype(a), decltype(b)> && Addable<decltype(a), decltype(b)>);
// What is no layer is joined, too: the model says what is wrong with it (no_compile/not_a_layer_*.cpp).
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

// ---- tanh lives beside ::tanh
// ------------------------------------------------------------------------------------

struct Tanh : tenon::model<input<1, 4, 4> | tanh | conv<2, 3> | tanh | (identity + tanh) | (tanh + identity) |
                           name<"act">(tanh) | block(tanh) | repeat<2>(tanh)> {};
static_assert(Tanh::network.view().nodes[1].attr.kind == tenon::op::tanh);

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
static_assert(Counts<input<3, 8, 8> | conv<4, 3>>::parameter_count == 4 * 3 * 9 + 4);
static_assert(Counts<input<3, 8, 8> | conv<4, 3, no_bias>>::parameter_count == 4 * 3 * 9);
static_assert(Counts<input<4, 8, 8> | conv<8, 3, groups{2}>>::parameter_count == 8 * 2 * 9 + 8);
static_assert(Counts<input<4, 8, 8> | conv<8, 3, groups{2}>>::mac_count == 8 * 36 * 2 * 9);
static_assert(Counts<input<4, 8, 8> | conv<8, 3, depthwise>>::parameter_count == 8 * 9 + 8);
static_assert(Counts<input<4, 8, 8> | conv<4, extent{1, 7}>>::mac_count == 4 * 8 * 2 * 4 * 7);
static_assert(Counts<input<100> | linear<10, no_bias>>::parameter_count == 1000);
static_assert(Counts<input<4, 8, 8> | repeat<3>(conv<4, 1>)>::parameter_count == 3 * 20);
static_assert(Counts<input<4, 8, 8> | dropout | identity | relu | flatten | softmax>::parameter_count == 0);
/// A block of a template whose operands do not depend on its argument.
template <tenon::index Channels>
constexpr auto independent = (conv<4, 1> | relu) + conv<4, 3, padding{1}> | conv<Channels, 1>;
static_assert(Counts<input<1, 4, 4> | independent<2>>::output_shape == shape{2, 4, 4});
// Parameters do not depend on the image: weights are shared over positions.
static_assert(Counts<input<3, 8, 8> | conv<4, 3>>::parameter_count ==
              Counts<input<3, 800, 600> | conv<4, 3>>::parameter_count);

// ---- receptive fields
// ------------------------------------------------------------------------------------------------------

template <auto Expression>
constexpr extents sees = tenon::model<Expression>::receptive_field;

static_assert(sees<input<1, 32, 32> | conv<1, 3>> == extents{3, 3});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | conv<1, 3> | relu> == extents{5, 5});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | max_pool<2> | conv<1, 3>> == extents{8, 8});
static_assert(
    sees<input<1, 32, 32> | conv<1, extent{3, 5}, dilation{2, 1}, stride{1, 2}> | conv<1, extent{1, 3}>> ==
    extents{5, 9});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | batch_norm | softmax> == extents{3, 3});
static_assert(sees<input<1, 32, 32> | (identity + (conv<1, 3, same> | conv<1, 3, same>))> == extents{5, 5});
// Fields that lie apart: one looks up and left, the other down and right.
static_assert(sees<input<1, 32, 32> | (conv<1, 3, padding{2, 2, 0, 0}> + conv<1, 3, padding{0, 0, 2, 2}>)> ==
              extents{5, 5});
// flatten moves elements and sees no more; what joins positions sees all of them.
static_assert(sees<input<1, 32, 32> | conv<1, 3> | flatten | relu> == extents{3, 3});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | flatten | linear<10>> == extents{32, 32});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | flatten | softmax> == extents{32, 32});
static_assert(sees<input<1, 32, 32> | conv<1, 3, stride{4}> | global_avg_pool> == extents{31, 31});
static_assert(sees<input<1, 32, 32> | ((conv<9, 3> | global_avg_pool | flatten) + (flatten | linear<9>))> ==
              extents{32, 32});
static_assert(sees<input<10> | linear<3>> == extents{});

// ---- sentences are bounded, numbers are written whole
// ---------------------------------------------------------------------

static_assert((tenon::phrase() << tenon::index(-9223372036854775807 - 1)).view() == "-9223372036854775808");
static_assert(tenon::decimal(0.01f).view() == "0.01" && tenon::decimal(-2.5).view() == "-2.5");
static_assert(tenon::decimal(1e-5f).view() == "1e-5" && tenon::decimal(1.25e-7).view() == "1.25e-7");
static_assert(tenon::decimal(0).view() == "0" && tenon::decimal(100).view() == "100");
static_assert(tenon::decimal(3e38f).view() == "3e38" && tenon::decimal(1e-3f).view() == "0.001");
static_assert(spell(batch_norm_with<epsilon{1e-8}>.attr).view() == "batch_norm_with<epsilon{1e-8}>");
static_assert(spell(conv<64, extent{1, 3}, padding{1}, stride{2}, groups{4}, no_bias>.attr).view() ==
              "conv<64, extent{1, 3}, stride{2}, padding{1}, groups{4}, no_bias>");
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
  CHECK(id == static_cast<int>(tenon::rule::norm_not_supported));
}

TEST_CASE("::tanh is still a function") { CHECK(tanh(0.0) == 0.0); }

}  // namespace
