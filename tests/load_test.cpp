// Weight files that say which network they are of, and what it must give: written, read back, and refused.
#include <tenon/tenon.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>

using namespace tenon::layers;

/// Two inputs and two outputs, each of another shape.
struct Two : tenon::model<input<2, 5, 6> | conv<4, 3> | relu | tag<"a"> | name<"b">(input<3>) | linear<4> |
                          tag<"c"> | outputs(from<"a">, from<"c"> | tanh)> {};
/// Its tensors have the same names and shapes as those of `Two`.
struct Other : tenon::model<input<2, 5, 6> | conv<4, 3> | relu | tag<"a"> | name<"b">(input<3>) | linear<4> |
                            tag<"c"> | outputs(from<"a">, from<"c"> | sigmoid)> {};
struct Spiky : tenon::model<input<4> | linear<4> | tanh | linear<4> | tanh | linear<3>> {};

/// Large enough to be packed by several threads, its largest steps in parts.
struct Large : tenon::model<input<256, 10, 10> | conv<256, 3, padding{1}> | batch_norm | relu |
                            conv<256, 3, depthwise> | relu | conv<150, 1> | flatten | linear<300>> {};
static_assert([] {
  bool tiles = false, linear = false;
  for (const tenon::step& s : Large::schedule.steps) {
    tiles = tiles || s.how == tenon::algorithm::winograd_tiles;
    linear = linear || s.how == tenon::algorithm::matrix_vector;
  }
  return tiles && linear;
}());

#define TENON_MODEL Two, Other, Spiky, tenon::fast<Spiky>, Large
#include <tenon/instantiate.hpp>

#include "catch.hpp"
#include "tenon/reference.hpp"
#include "twin.hpp"

namespace {

using tenon::weight_error;

/// A path of its own for each test, removed at its end.
struct file {
  std::string path = (std::filesystem::temp_directory_path() / "tenon_load_test.safetensors").string();
  ~file() { std::filesystem::remove(path); }

  std::string content() const {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void write(const std::string& content) const { std::ofstream(path, std::ios::binary) << content; }
  /// The file with `from` in its header as `to`, as long as it.
  void replace(const std::string& from, const std::string& to) const {
    std::string text = content();
    REQUIRE(from.size() == to.size());
    REQUIRE(text.find(from) != std::string::npos);
    write(text.replace(text.find(from), from.size(), to));
  }
};

template <class M>
tenon::weights<M> random_weights(unsigned seed = 1) {
  tenon::weights<M> w;
  const auto numbers = twin::random_weights(M::network.view(), seed);
  std::copy(numbers.begin(), numbers.end(), w.values().begin());
  return w;
}

/// What it throws, after the name of the file.
std::string problem(const file& f, const std::function<void()>& act) {
  try {
    act();
  } catch (const weight_error& e) {
    const std::string text = e.what(), prefix = "weight file \"" + f.path + "\": ";
    REQUIRE(text.starts_with(prefix));
    return text.substr(prefix.size());
  }
  return "nothing was thrown";
}

std::string hex(std::uint64_t n) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(n));
  return text;
}

template <class M>
bool equal(const tenon::weights<M>& a, const tenon::weights<M>& b) {
  return twin::same_bits(a.values(), b.values());
}

/// The reference's outputs as a self-test.
template <class M>
tenon::self_test from_reference(const tenon::weights<M>& w) {
  tenon::self_test test;
  test.input = twin::random_numbers(
      M::input_shapes[0].count() + (M::input_count > 1 ? M::input_shapes[M::input_count - 1].count() : 0), 2);
  for (const double y : tenon::reference<double>(M::network.view(), w.values(), test.input))
    test.output.push_back(static_cast<float>(y));
  return test;
}

}  // namespace

TEST_CASE("the hash of an architecture sees layers, names, inputs, outputs and formulas", "[load]") {
  const auto hash = []<auto Expression>(std::integral_constant<int, 0>, twin::net<Expression>) {
    return tenon::architecture_hash(twin::net<Expression>::network.view());
  };
  const auto of = [&](auto net) { return hash(std::integral_constant<int, 0>{}, net); };
  constexpr auto x = input<4, 8>;
  constexpr auto square = activation<[](auto v) { return v * v; }>;
  constexpr auto cube = activation<[](auto v) { return v * v * v; }>;
  const std::vector<std::uint64_t> different{
      of(twin::net<x | conv<4, 3>>{}),
      of(twin::net<input<4, 9> | conv<4, 3>>{}),
      of(twin::net<x | conv<4, 3, flipped>>{}),
      of(twin::net<x | conv<4, 3, no_bias>>{}),
      of(twin::net<x | name<"a">(conv<4, 3>)>{}),
      of(twin::net<x | block(conv<4, 3> | relu)>{}),
      of(twin::net<x | conv<4, 3> | relu>{}),
      of(twin::net<x | conv<4, 3> | leaky_relu<slope{0.1}>>{}),
      of(twin::net<x | conv<4, 3> | leaky_relu<slope{0.2}>>{}),
      of(twin::net<x | conv<4, 3> | square>{}),
      of(twin::net<x | conv<4, 3> | cube>{}),
      of(twin::net<x | tag<"x"> | relu | tag<"y"> | outputs(from<"x">, from<"y">)>{}),
      of(twin::net<x | tag<"x"> | relu | tag<"y"> | outputs(from<"y">, from<"x">)>{}),
      of(twin::net<x | (identity - relu)>{}),
      of(twin::net<x | (relu - identity)>{}),
  };
  for (std::size_t a = 0; a < different.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      INFO(a << " and " << b);
      CHECK(different[a] != different[b]);
    }
  // How a network is lowered does not matter, nor whether it is asked for while compiling or later.
  CHECK(of(twin::net<x | conv<4, 3, algorithm<tenon::method::direct>>>{}) == different[0]);
  CHECK(tenon::architecture_hash(tenon::unfused<Two>::network.view()) ==
        tenon::architecture_hash(Two::network.view()));
}

TEST_CASE("the hash of an architecture does not change from version to version", "[load]") {
  // FNV-1a over "input<2>" 0 "0" 0 (-1, -1), "relu" 0 "0" 0 (0, -1), output 1: computed apart from tenon.
  CHECK(hex(tenon::architecture_hash(twin::net<input<2> | relu>::network.view())) == "5e7e8a51f6c0412a");
}

TEST_CASE("weights are written and read back, bit by bit", "[load]") {
  const file f;
  const auto w = random_weights<Two>();
  tenon::save_safetensors<Two>(f.path, w);
  CHECK(equal(tenon::load_safetensors<Two>(f.path), w));
  const std::string content = f.content();
  CHECK(content.find("\"tenon.architecture\":\"" + hex(tenon::architecture_hash(Two::network.view())) +
                     "\"") != std::string::npos);
  CHECK(content.find("self_test") == std::string::npos);
  CHECK(content.size() % 4 == 0);
  CHECK(equal(tenon::load_safetensors<Two>(std::as_bytes(std::span(content))), w));
}

TEST_CASE("files that do not say their architecture are read as they are", "[load]") {
  const file f;
  const auto w = random_weights<Two>();
  tenon::save_safetensors<Two>(f.path, w);
  f.replace("tenon.architecture", "other.architecture");
  CHECK(equal(tenon::load_safetensors<Two>(f.path), w));
  CHECK(equal(tenon::load_safetensors<Other>(f.path), random_weights<Other>()));
}

TEST_CASE("a file for another network is refused unless that is declined", "[load]") {
  const file f;
  tenon::save_safetensors<Two>(f.path, random_weights<Two>());
  const std::string other = hex(tenon::architecture_hash(Other::network.view())),
                    two = hex(tenon::architecture_hash(Two::network.view()));
  CHECK(problem(f, [&] { tenon::load_safetensors<Other>(f.path); }) ==
        "it was written for another network: its tensors fit, but expected the architecture " + other +
            ", found " + two);
  CHECK(
      equal(tenon::load_safetensors<Other>(f.path, {.check_architecture = false}), random_weights<Other>()));
  for (const std::string& bad : {std::string("0123456789abcdeg"), "+" + two.substr(1), " " + two.substr(1),
                                 "0x" + two.substr(2), std::string("0123456789abcde ")}) {
    tenon::save_safetensors<Two>(f.path, random_weights<Two>());
    f.replace(two, bad);
    CHECK(problem(f, [&] { tenon::load_safetensors<Two>(f.path); }) ==
          "the metadata \"tenon.architecture\" is bad: expected 16 hexadecimal digits, found \"" + bad +
              "\"");
  }
}

TEST_CASE("a network that passes its self-test is ready to run", "[load]") {
  const file f;
  const auto w = random_weights<Two>();
  const tenon::self_test test = from_reference<Two>(w);
  tenon::save_safetensors<Two>(f.path, w, test);
  CHECK(equal(tenon::load_safetensors<Two>(f.path), w));
  twin::on_every_target([&] {
    const tenon::executable<Two> net = tenon::load<Two>(f.path);
    CHECK(tenon::self_test_error(net, test) <= 1e-5);
    CHECK(tenon::self_test_error(net, tenon::record_self_test(net)) == 0);
  });
  const file plain;
  tenon::save_safetensors<Two>(plain.path, w);
  CHECK(tenon::self_test_error(tenon::load<Two>(plain.path), test) <= 1e-5);
}

TEST_CASE("a self-test that fails says by how much, unless it is declined", "[load]") {
  const file f;
  const auto w = random_weights<Two>();
  for (const std::size_t off : {0, 1, 48 + 1}) {  // of the first output and of the second
    tenon::self_test test = from_reference<Two>(w);
    const auto part = off < 48 ? std::span(test.output).first(48) : std::span(test.output).subspan(48);
    float largest = 0;
    for (const float y : part) largest = std::max(largest, std::abs(y));
    test.output[off] += test.output[off] > 0 ? -0.01f * largest : 0.01f * largest;
    tenon::save_safetensors<Two>(f.path, w, test);
    const std::string said = problem(f, [&] { tenon::load<Two>(f.path); });
    CHECK(said.starts_with("the self-test fails on "));
    CHECK(said.find(": expected outputs within 1e-05 of the largest, found one that is off by 0.01") !=
          std::string::npos);
    const std::string content = f.content();
    CHECK_THROWS_AS(tenon::load<Two>(std::as_bytes(std::span(content))), weight_error);
    CHECK_NOTHROW(tenon::load<Two>(std::as_bytes(std::span(content)), "memory", {.self_test = false}));
    CHECK_NOTHROW(tenon::load<Two>(f.path, {.self_test = false}));
    CHECK(equal(tenon::load_safetensors<Two>(f.path), w));

    test.tolerance = 0.02;
    tenon::save_safetensors<Two>(f.path, w, test);
    CHECK_NOTHROW(tenon::load<Two>(f.path));
    f.replace("\"tenon.tolerance\":\"0.02\"", "\"tenon.tolerance\":\"1e-9\"");  // not less than 1e-5
    CHECK(problem(f, [&] { tenon::load<Two>(f.path); }).find("within 1e-05") != std::string::npos);
    for (const char* bad : {"-0.1", "1e99", "nan ", "0.1x", " 0.1", "    "}) {
      tenon::save_safetensors<Two>(f.path, w, test);
      f.replace("\"0.02\"", '"' + std::string(bad) + '"');
      CHECK(problem(f, [&] { tenon::load<Two>(f.path); }) ==
            "the metadata \"tenon.tolerance\" is bad: expected a number from 0 to 1, found \"" +
                std::string(bad) + '"');
    }
  }
}

TEST_CASE("a self-test of outputs that are all zero allows no difference", "[load]") {
  const file f;
  tenon::weights<Two> w;
  tenon::self_test test = from_reference<Two>(w);
  tenon::save_safetensors<Two>(f.path, w, test);
  CHECK_NOTHROW(tenon::load<Two>(f.path));
  const std::size_t bias = 4 * 2 * 9;
  w.values()[bias] = 1e-20f;
  tenon::save_safetensors<Two>(f.path, w, test);
  CHECK(problem(f, [&] { tenon::load<Two>(f.path); }).find("off by inf") != std::string::npos);
  w.values()[bias + 4] = std::numeric_limits<float>::quiet_NaN();
  tenon::save_safetensors<Two>(f.path, w, test);
  CHECK(problem(f, [&] { tenon::load<Two>(f.path); }).find("off by nan") != std::string::npos);
}

TEST_CASE("a self-test that is not this network's is refused", "[load]") {
  const file f;
  const auto w = random_weights<Two>();
  tenon::self_test test = from_reference<Two>(w);
  test.input[3] = std::numeric_limits<float>::infinity();
  tenon::save_safetensors<Two>(f.path, w, test);
  CHECK(
      problem(f, [&] { tenon::load<Two>(f.path); }) ==
      "the self-test is not finite (1 problem)\n  tensor \"tenon.self_test.input.0\" is not finite: expected "
      "finite elements, found inf at element 3 (1 of 60 elements are not finite)");

  test = from_reference<Two>(w);
  tenon::save_safetensors<Two>(f.path, w, test);
  f.replace("tenon.self_test.output.1", "tenon.self_test.output.7");
  CHECK(
      problem(f, [&] { tenon::load_safetensors<Two>(f.path); }) ==
      "the tensors are not those of the model (2 problems)\n"
      "  tensor \"tenon.self_test.output.1\" is missing: expected F32, F16 or BF16 [4], found no tensor of "
      "this "
      "name (rename \"tenon.self_test.output.7\"?)\n"
      "  tensor \"tenon.self_test.output.7\" is unexpected: expected no tensor of this name, found F32 [4]");
  CHECK_NOTHROW(tenon::load<Two>(f.path, {.self_test = false}));

  tenon::save_safetensors<Two>(f.path, w, test);
  f.replace("[2,5,6]", "[5,2,6]");
  CHECK(problem(f, [&] { tenon::load<Two>(f.path); }) ==
        "the tensors are not those of the model (1 problem)\n"
        "  tensor \"tenon.self_test.input.0\" has the wrong shape: expected F32, F16 or BF16 [2, 5, 6], "
        "found F32 "
        "[5, 2, 6]");
}

TEST_CASE("a self-test or weights of the wrong length are not written", "[load]") {
  const file f;
  const auto w = random_weights<Two>();
  tenon::self_test test = from_reference<Two>(w);
  test.output.push_back(0);
  CHECK_THROWS_AS(tenon::save_safetensors<Two>(f.path, w, test), std::invalid_argument);
  test = from_reference<Two>(w);
  test.input.pop_back();
  CHECK_THROWS_AS(tenon::save_safetensors<Two>(f.path, w, test), std::invalid_argument);
  CHECK_THROWS_AS(
      tenon::write_safetensors(f.path, tenon::expected_contents(Two::network.view()), w.values().first(3)),
      std::invalid_argument);
  CHECK(!std::filesystem::exists(f.path));
  const tenon::executable<Two> net(w);
  CHECK_THROWS_AS(tenon::self_test_error(net, test), std::invalid_argument);
  CHECK_THROWS_AS(tenon::record_self_test(net, test.input), std::invalid_argument);
  const file nowhere{"no/such/folder/file"};
  CHECK(problem(nowhere, [&] { tenon::save_safetensors<Two>(nowhere.path, w); }) == "cannot be written");
}

TEST_CASE("weights are packed on several threads, and in what time is known", "[load]") {
  // Numbers of one size, and no channel that a relu makes zero: not one weight may be missed.
  tenon::weights<Large> w;
  const std::vector<float> numbers = tenon::detail::test_numbers(w.values().size() + Large::input::count);
  std::copy_n(numbers.begin(), w.values().size(), w.values().begin());
  for (const auto& [name, value] : {std::pair("1.weight", 1.0f),
                                    {"1.bias", 1.0f},
                                    {"1.running_mean", 0.0f},
                                    {"1.running_var", 250.0f},
                                    {"3.bias", 1.0f}})
    std::ranges::fill(w[name], value);
  tenon::self_test test;
  test.input.assign(numbers.end() - std::ptrdiff_t(Large::input::count), numbers.end());
  for (const double y : tenon::reference<double>(Large::network.view(), w.values(), test.input))
    test.output.push_back(static_cast<float>(y));
  twin::on_every_target([&] {
    const tenon::executable<Large> net(w), again(w);
    INFO(net.target());
    CHECK(tenon::self_test_error(net, test) <= 1e-5);
    CHECK(tenon::record_self_test(net, test.input).output ==
          tenon::record_self_test(again, test.input).output);
    CHECK(net.packing_seconds() > 0);
    CHECK(net.packing_seconds() < 60);
  });
}

TEST_CASE("a fast network is allowed what its activations may be off", "[load]") {
  const file f;
  const auto w = random_weights<Spiky>();
  tenon::save_safetensors<Spiky>(f.path, w, from_reference<Spiky>(w));
  CHECK_NOTHROW(tenon::load<Spiky>(f.path));
  CHECK_NOTHROW(tenon::load<tenon::fast<Spiky>>(f.path));
}

TEST_CASE("names of the file become the model's", "[load]") {
  const file f;
  const auto w = random_weights<Spiky>();
  tenon::save_safetensors<Spiky>(f.path, w);
  const auto load = [&](std::vector<tenon::prefix_rename> rename) {
    return tenon::load_safetensors<Spiky>(f.path, {.rename = std::move(rename)});
  };
  f.replace("\"0.weight\"", "\"a.weight\"");
  f.replace("\"0.bias\"", "\"a.bias\"");
  CHECK(equal(load({{"a", "0"}}), w));
  CHECK(equal(load({{"a.weight", "0.weight"}, {"a.bias", "0.bias"}}), w));
  CHECK(equal(load({{"a", "9"}, {"a.weight", "0.weight"}, {"a.bias", "0.bias"}}), w));  // the longest counts
  CHECK(problem(f, [&] { load({}); }).starts_with("the tensors are not those of the model (4 problems)"));
  CHECK(problem(f,
                [&] {
                  load({{"a.w", "0.w"}, {"b", "0"}, {"a", "0"}, {"a", "1"}});
                }) ==
        "the renames do not fit the file (3 problems)\n"
        "  rename \"a.w\" to \"0.w\": no tensor's name begins with \"a.w\"\n"
        "  rename \"b\" to \"0\": no tensor's name begins with \"b\"\n"
        "  rename \"a\" to \"1\": \"a\" is renamed already, to \"0\"");
  CHECK(problem(f,
                [&] {
                  load({{"a", "2"}});
                }) ==
        "the renames do not fit the file (2 problems)\n"
        "  tensor \"2.bias\" and tensor \"a.bias\" are both named \"2.bias\" after renaming\n"
        "  tensor \"2.weight\" and tensor \"a.weight\" are both named \"2.weight\" after renaming");
  CHECK(problem(f,
                [&] {
                  load({{"a", "5"}});
                })
            .find("tensor \"5.bias\" is unexpected: expected no tensor of this "
                  "name, found F32 [4] (in the file \"a.bias\")") != std::string::npos);
}

TEST_CASE("a first part of all names comes or goes", "[load]") {
  struct named : tenon::model<input<4> | name<"net">(linear<4> | tanh | linear<4> | tanh | linear<3>)> {};
  const file f;
  const auto w = random_weights<Spiky>();
  tenon::save_safetensors<Spiky>(f.path, w);
  const auto with =
      tenon::load_safetensors<named>(f.path, {.check_architecture = false, .rename = {{"", "net"}}});
  CHECK(twin::same_bits(with.values(), w.values()));
  tenon::save_safetensors<named>(f.path, with);
  CHECK(equal(tenon::load_safetensors<Spiky>(f.path, {.check_architecture = false, .rename = {{"net", ""}}}),
              w));
}
