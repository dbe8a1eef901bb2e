// Weights in .npz files: what NumPy wrote is read, what is written is read again, and what is refused.
#include "tenon/npz.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "catch.hpp"

namespace {

using namespace tenon::layers;

struct Net : tenon::model<input<2> | linear<3> | relu | linear<1, no_bias>> {};

const std::string corpus = TENON_CORPUS_DIR "/npz/";
const std::vector<float> expected{0, 1, 2, 3, 4, 5, float(1. / 3), float(2. / 3), 1, 1, 2, 3};

std::vector<float> values_of(const tenon::weights<Net>& w) { return {w.values().begin(), w.values().end()}; }

std::string problem(const std::string& path, const tenon::weight_options& options = {}) {
  try {
    tenon::load_npz<Net>(path, options);
  } catch (const tenon::weight_error& e) {
    const std::string text = e.what(), prefix = "weight file \"" + path + "\": ";
    REQUIRE(text.starts_with(prefix));
    return text.substr(prefix.size());
  }
  return "nothing was thrown";
}

std::string content_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("what numpy.savez wrote is read", "[npz]") {
  for (const char* name : {"numpy-savez", "numpy-compressed"})
    CHECK(values_of(tenon::load_npz<Net>(corpus + name)) == expected);
  std::vector<float> out(12);
  const std::string file = content_of(corpus + "numpy-compressed");
  tenon::read_npz(std::as_bytes(std::span(file)), "memory", tenon::weights<Net>::specs(), out);
  CHECK(out == expected);
}

TEST_CASE("what is written is read again, and is the same every time", "[npz]") {
  const auto folder = std::filesystem::temp_directory_path();
  const std::string a = (folder / "tenon_npz_test_a.npz").string(),
                    b = (folder / "tenon_npz_test_b.npz").string();
  const auto w = tenon::load_npz<Net>(corpus + "numpy-savez");
  tenon::save_npz<Net>(a, w);
  tenon::save_npz<Net>(a, w);  // again, over what is there
  tenon::save_npz<Net>(b, w);
  CHECK(values_of(tenon::load_npz<Net>(a)) == expected);
  CHECK(content_of(a) == content_of(b));
  std::filesystem::remove(a);
  std::filesystem::remove(b);
  CHECK_THROWS_AS(tenon::save_npz<Net>("no/such/folder/x.npz", w), tenon::weight_error);
  CHECK_THROWS_AS(tenon::write_npz(a, w.specs(), w.values().first(3)), std::invalid_argument);
  CHECK_THROWS_AS(tenon::write_npz(a, {}, w.values()), std::invalid_argument);
  CHECK(!std::filesystem::exists(a));
}

TEST_CASE("the arrays of a .npz file must be those of the model", "[npz]") {
  CHECK(problem(corpus + "counter") ==
        "the tensors are not those of the model (4 problems)\n"
        "  tensor \"0.weight\" is missing: expected F32, F16 or BF16 [3, 2], found no tensor of this name\n"
        "  tensor \"0.bias\" is missing: expected F32, F16 or BF16 [3], found no tensor of this name\n"
        "  tensor \"2.weight\" is missing: expected F32, F16 or BF16 [1, 3], found no tensor of this name\n"
        "  tensor \"bn.num_batches_tracked\" is unexpected: expected no tensor of this name, found I64 []");
  CHECK(problem(corpus + "numpy-savez", {.rename = {{"0", "1"}}}).find("(in the file \"0.weight\")") !=
        std::string::npos);
  std::vector<float> out(12);
  tenon::read_npz(
      corpus + "numpy-savez",
      std::vector<tenon::tensor_spec>{{"a.weight", {3, 2}}, {"a.bias", {3}}, {"2.weight", {1, 3}}}, out,
      {.rename = {{"0", "a"}}});
  CHECK(out == expected);
}

TEST_CASE("what is no .npz file is refused", "[npz]") {
  CHECK(problem(corpus + "other-file") ==
        "file \"readme.txt\" is unexpected: expected names that end with .npy");
  CHECK(problem(corpus + "broken-data") == "tensor \"0.weight\" cannot be unpacked: its data is broken");
  CHECK(problem(corpus + "truncated").starts_with("it is not a .npz file: "));
  CHECK(problem(TENON_CORPUS_DIR "/npy/float32").starts_with("it is not a .npz file: "));
  CHECK(problem("no/such.npz") == "cannot be read: expected a regular file, found no file of this name");
  const std::string file = content_of(corpus + "numpy-savez");
  std::vector<float> out(12, -1);
  for (std::size_t bytes = 0; bytes < file.size(); ++bytes)
    CHECK_THROWS_AS(
        tenon::read_npz(std::as_bytes(std::span(file)).first(bytes), "x", tenon::weights<Net>::specs(), out),
        tenon::weight_error);
  CHECK(out == std::vector<float>(12, -1));
}
