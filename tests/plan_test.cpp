// Lowering: what is fused into what, and plans of dangerous graphs, each proved right by plan_checker.hpp.
#include "catch.hpp"
#include "plan_checker.hpp"

using namespace tenon::layers;
using tenon::algorithm;
using tenon::shape;

namespace {

template <auto Expression>
struct net : tenon::model<Expression> {};

/// The plan as a line: the algorithm of each step and what it covers, "direct(conv batch_norm relu)".
template <class M>
std::string line() {
  std::string out;
  for (const tenon::step& s : view_of(M::schedule).steps) {
    out += std::string(out.empty() ? "" : " ") + std::string(spelling(s.how)) + '(';
    for (int i = 0; i < s.covered_count; ++i)
      out += std::string(i ? " " : "") + std::string(spelling(M::network.nodes[s.covered[i]].attr.kind));
    out += ')';
  }
  return out;
}

struct LeNet : tenon::model<input<1, 28, 28>                               //
                            | conv<6, 5, padding{2}> | relu | max_pool<2>  //
                            | conv<16, 5> | relu | max_pool<2>             //
                            | flatten | linear<120> | relu | linear<84> | relu | linear<10>> {};

template <tenon::index OC, tenon::index S = 1>
constexpr auto body = conv<OC, 3, stride{S}, padding{1}, no_bias> | batch_norm | relu |
                      conv<OC, 3, padding{1}, no_bias> | batch_norm;
template <tenon::index OC>
constexpr auto down = (body<OC, 2> + (conv<OC, 1, stride{2}, no_bias> | batch_norm)) | relu;

struct ResNet8 : tenon::model<input<1, 28, 28> | conv<16, 3, padding{1}, no_bias> | batch_norm | relu |
                              block((body<16> + identity) | relu) | block(down<32>) | block(down<64>) |
                              global_avg_pool | flatten | linear<10>> {};

TEST_CASE("LeNet: activations and pools are fused, flatten costs nothing") {
  CHECK(
      line<LeNet>() ==
      "copy() direct_width(conv relu max_pool) winograd_rows(conv relu max_pool) matrix_vector(linear relu) "
      "matrix_vector(linear relu) matrix_vector(linear)");
  CHECK(line<tenon::unfused<LeNet>>() ==
        "copy() direct_width(conv) map(relu) window_pool(max_pool) winograd_rows(conv) map(relu) "
        "window_pool(max_pool) "
        "matrix_vector(linear) map(relu) matrix_vector(linear) map(relu) matrix_vector(linear)");
}

TEST_CASE("ResNet-8: batch norms, residuals and activations are fused into ten steps") {
  CHECK(line<ResNet8>().substr(line<ResNet8>().find("direct")) ==
        "direct(conv batch_norm relu) winograd_tiles(conv batch_norm relu) winograd_tiles(conv batch_norm + "
        "relu) "
        "direct(conv batch_norm relu) winograd_tiles(conv batch_norm) direct(conv batch_norm + relu) "
        "direct(conv batch_norm relu) winograd_plain(conv batch_norm) direct(conv batch_norm + relu) "
        "global_pool(global_avg_pool) matrix_vector(linear)");
}

TEST_CASE("a convolution over all of its input is a linear layer") {
  CHECK(line<net<input<3, 9, 9> | conv<8, 9> | batch_norm | relu>>() ==
        "matrix_vector(conv batch_norm relu)");
  CHECK(line<net<input<3, 9, 9> | global_avg_pool | conv<8, 1>>>() ==
        "global_pool(global_avg_pool) matrix_vector(conv)");
  for (const std::string& plan :
       {line<net<input<3, 9, 9> | conv<8, 9, padding{1}>>>(), line<net<input<3, 9, 9> | conv<8, 8>>>(),
        line<net<input<3, 9, 9> | conv<9, 9, groups{3}>>>(),
        line<net<input<3, 9, 9> | conv<8, 9, tenon::layers::algorithm<tenon::method::direct>>>>()})
    CHECK(plan.find("matrix_vector") == plan.npos);
}

TEST_CASE("what may not be fused is not") {
  // An average of activations is not the activation of the average; a maximum is, if the activation is
  // monotone.
  CHECK(line<net<input<8, 8, 8> | conv<16, 1> | avg_pool<2> | relu>>().find("map(relu)") !=
        std::string::npos);
  CHECK(line<net<input<8, 8, 8> | conv<16, 1> | max_pool<2> | hard_swish>>().find("map(") !=
        std::string::npos);
  CHECK(line<net<input<8, 8, 8> | conv<16, 1> | max_pool<2> | leaky_relu<slope{-1}>>>().find("map(") !=
        std::string::npos);
  CHECK(line<net<input<8, 8, 8> | conv<16, 1> | max_pool<2> | relu>>().find("map(") == std::string::npos);
  // Windows that overlap or have an edge of their own.
  CHECK(line<net<input<8, 8, 8> | conv<16, 1> | max_pool<3, stride{2}>>>().find("window_pool") !=
        std::string::npos);
  CHECK(line<net<input<8, 7, 7> | conv<16, 1> | max_pool<2, ceil_mode>>>().find("window_pool") !=
        std::string::npos);
  // The norm of an activation, of a sum, of a value that is used elsewhere.
  CHECK(line<net<input<8, 8, 8> | conv<16, 1> | relu | batch_norm>>().find("affine") != std::string::npos);
  CHECK(line<net<input<8, 8, 8> | (conv<8, 1> + identity) | batch_norm>>().find("affine") !=
        std::string::npos);
  CHECK(line<net<input<8, 8, 8> | conv<8, 1> | (batch_norm + identity)>>().find("affine") !=
        std::string::npos);
  // A residual after the activation, and x + x.
  CHECK(line<net<input<8, 8, 8> | ((conv<8, 1> | relu) + identity)>>().find("combine") != std::string::npos);
  CHECK(line<net<input<8, 8, 8> | conv<8, 1> | (identity + identity)>>().find("combine") !=
        std::string::npos);
}

constexpr auto doubled = identity + identity;
constexpr auto vector_of = global_avg_pool | flatten;

TEST_CASE("plans of dangerous graphs") {
#define RIGHT(...) CHECK(tenon::test::problems_of<net<__VA_ARGS__>>() == "")
  CHECK(tenon::test::problems_of<LeNet>() == "");
  CHECK(tenon::test::problems_of<ResNet8>() == "");
  // Nothing to do, at both ends.
  RIGHT(input<3, 8, 8> | identity);
  RIGHT(input<3, 8, 8> | dropout | identity | dropout);
  RIGHT(input<3, 8, 8> | dropout | conv<4, 3> | dropout);
  RIGHT(input<3, 8, 8> | flatten);
  RIGHT(input<10> | flatten | flatten);
  RIGHT(input<10> | softmax);
  // Values with several users.
  RIGHT(input<3, 8, 8> | doubled);
  RIGHT(input<3, 8, 8> | doubled | doubled | relu);
  RIGHT(input<3, 8, 8> | (identity + identity + identity));
  RIGHT(input<8, 8, 8> | conv<8, 3, same> | doubled);
  RIGHT(input<8, 8, 8> | (conv<8, 1> + conv<8, 3, same> + conv<8, 5, same>));
  RIGHT(input<8, 8, 8> | conv<8, 1> | relu | (identity + (conv<8, 3, same> | relu) + conv<8, 1>));
  RIGHT(input<8, 8, 8> | (identity + conv<8, 3, same>) | (identity + conv<8, 3, same>) |
        (identity + max_pool<1>));
  RIGHT(input<1, 24, 24> | conv<4, 3, same> | (identity + conv<4, 3, same>));
  RIGHT(input<3, 24, 24> | (identity + conv<3, 3, same>) | relu);
  RIGHT(input<1, 24, 24> | conv<1, 3, same> | (identity + (conv<1, 5, same> | conv<1, 3, same>)));
  RIGHT(input<3, 24, 24> | (conv<6, 5, same> + (batch_norm | conv<6, 3, same>)) | relu | max_pool<2>);
  // Residuals of residuals, norms of sums, activations after sums and pools.
  RIGHT(input<8, 8, 8> | ((identity + conv<8, 3, same>)+(identity + conv<8, 3, same> | relu)) | batch_norm |
        relu);
  RIGHT(input<8, 8, 8> | conv<8, 3> | max_pool<2> | batch_norm | relu | softmax);
  RIGHT(input<8, 8, 8> | ((conv<8, 3, same> | relu) + (conv<8, 3, same> | relu)) | hard_swish);
  RIGHT(input<8, 8, 8> | (conv<8, 3, same> + identity) | max_pool<2> | relu | relu6);
  RIGHT(input<8, 9, 9> | conv<8, 3, same> | batch_norm | relu | avg_pool<2> | tanh |
        max_pool<2, ceil_mode, padding{1}>);
  // Vectors among maps.
  RIGHT(input<8, 8, 8> | ((vector_of | linear<8>)+(conv<8, 8> | flatten)));
  RIGHT(input<8, 8, 8> | ((conv<8, 8> | flatten) + (vector_of | linear<8>)));
  RIGHT(input<8, 8, 8> | vector_of | (identity + (linear<4> | relu | linear<8>)) | sigmoid);
  RIGHT(input<8, 8, 8> | vector_of | (flatten + identity));
  RIGHT(input<8, 8, 8> | conv<4, 3> | flatten | relu | linear<10>);
  RIGHT(input<8, 8, 8> | conv<4, 3> | flatten | batch_norm | (linear<10> + linear<10>) | softmax);
  RIGHT(input<8, 8, 8> | conv<4, 3> | flatten | (linear<144> + identity));
  RIGHT(input<2, 4, 4> | ((flatten | linear<3>)+(conv<3, 3, same> | global_avg_pool | flatten)));
  RIGHT(input<3, 8, 8> | conv<4, 3> | ((flatten | linear<5>)+(conv<5, 3, same> | vector_of)));
  RIGHT(input<3, 8, 8> | max_pool<8> |
        ((((conv<3, 3, same> + identity) | flatten) | linear<10>)+(flatten | linear<10>)));
  RIGHT(input<1, 24, 24> | conv<8, 3> | max_pool<22> |
        ((((conv<8, 3, same> + identity) | flatten) | linear<10>)+(flatten | linear<10>)));
  RIGHT(input<8, 1, 1> | ((conv<8, 3, same> | flatten) + (flatten | linear<8>)+(relu | flatten)));
  // Many kinds of convolution in a row.
  RIGHT(input<3, 32, 32> | conv<8, 3, stride{2}, same> | hard_swish | conv<8, 3, depthwise, padding{1}> |
        batch_norm | relu6 | conv<24, 1> | (identity + (conv<24, 5, depthwise, same> | relu)) | vector_of |
        linear<10> | softmax);
  RIGHT(input<1, 20, 40> | conv<2, extent{1, 7}, same> | conv<4, extent{7, 1}, full> |
        max_pool<extent{1, 2}>);
  RIGHT(input<1, 40, 40> | conv<1, 3, padding{2, 0, 0, 2}> | conv<1, 3, dilation{3}> |
        conv<1, 3, same_lower>);
  RIGHT(input<4, 16, 16> | conv<8, 3, groups{2}> | max_pool<2> | conv<8, 3, groups{8}> | max_pool<2>);
  RIGHT(input<1, 5, 17> | conv<3, 3, padding{1}> | sigmoid |
        avg_pool<3, stride{1}, padding{1}, exclude_padding>);
  // Other ranks pass through layers that do not ask for rows and columns.
  RIGHT(input<2, 9> | batch_norm | relu | global_avg_pool | flatten | linear<3>);
  RIGHT(input<2, 3, 4, 5> | relu | batch_norm | (identity + sigmoid) | flatten | linear<3>);
#undef RIGHT
}

template <int Blocks>
struct Tower
    : tenon::model<input<4, 16, 16> | repeat<Blocks>((identity + (conv<4, 3, padding{1}> | batch_norm | relu |
                                                                  conv<4, 3, padding{1}> | batch_norm)) |
                                                     relu)> {};

constexpr auto gate = global_avg_pool | conv<32, 1> | sigmoid;
using gated = net<input<3, 40, 40> | conv<32, 3> | (identity * gate) | conv<8, 1>>;
using kept = net<input<3, 40, 40> | conv<32, 3> | (identity + (identity * gate)) | conv<8, 1>>;

TEST_CASE("a product is written over its operand that nobody reads again") {
  CHECK(tenon::test::problems_of<gated>() == "");
  CHECK(tenon::test::problems_of<kept>() == "");
  const auto offsets_of_product = [](tenon::plan_view plan) {
    for (const tenon::step& s : plan.steps)
      if (s.how == tenon::algorithm::combine)
        return std::pair(plan.buffers[s.in].offset, plan.buffers[s.out].offset);
    return std::pair(tenon::index(-1), tenon::index(-1));
  };
  const auto [in, out] = offsets_of_product(view_of(gated::schedule));
  CHECK(in == out);
  CHECK(in >= 0);
  // Here the sum takes the map once more.
  const auto [first, product] = offsets_of_product(view_of(kept::schedule));
  CHECK(first != product);
}

TEST_CASE("a global pool of a large map takes each row first") {
  CHECK(line<gated>().find("global_pool(global_avg_pool) global_pool(global_avg_pool) matrix_vector") !=
        std::string::npos);
  CHECK(line<net<input<3, 9, 9> | conv<32, 3> | global_avg_pool>>().find("global_pool") ==
        line<net<input<3, 9, 9> | conv<32, 3> | global_avg_pool>>().rfind("global_pool"));
}

TEST_CASE("a residual tower needs two maps however high it is, and one for the last sum") {
  CHECK(tenon::test::problems_of<Tower<1>>() == "");
  CHECK(tenon::test::problems_of<Tower<40>>() == "");
  STATIC_REQUIRE(Tower<40>::arena_bytes == Tower<3>::arena_bytes);
  STATIC_REQUIRE(Tower<40>::arena_bytes == 2 * 4 * 18 * 18 * 4 + 4 * 16 * 16 * 4);
}

}  // namespace
