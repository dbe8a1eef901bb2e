// .npy files: what NumPy wrote is read, what is written is NumPy's, and what is refused.
#include "tenon/npy.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <numeric>

#include "catch.hpp"

namespace {

using extents = std::vector<std::int64_t>;
using tenon::npy_array, tenon::read_npy;

const std::string corpus = TENON_CORPUS_DIR "/npy/";  // NumPy wrote these: float32 -5, -4, ... as [2, 3, 4]

npy_array parse(const std::string& file) { return read_npy(std::as_bytes(std::span(file)), "x.npy"); }

std::string problem(const std::string& file) {
  try {
    parse(file);
  } catch (const tenon::file_error& e) {
    const std::string text = e.what(), prefix = ".npy file \"x.npy\": ";
    REQUIRE(text.starts_with(prefix));
    return text.substr(prefix.size());
  }
  return "nothing was thrown";
}

/// A file of version 1 with this header and data.
std::string with(const std::string& header, const std::string& data = "") {
  std::string text = "\x93NUMPY";
  text += {'\1', '\0', static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
  return text + header + data;
}

std::string content_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<float> counted(std::size_t count) {
  std::vector<float> numbers(count);
  std::iota(numbers.begin(), numbers.end(), -5.0f);
  return numbers;
}

const std::string four = "{'descr': '<f4', 'fortran_order': False, 'shape': (4,)}", bytes16(16, '\0');

}  // namespace

TEST_CASE("arrays of NumPy are read", "[npy]") {
  for (const char* name : {"float32", "float16", "fortran"}) {
    INFO(name);
    const npy_array a = read_npy(corpus + name);
    CHECK(a.shape == extents{2, 3, 4});
    CHECK(a.values == counted(24));
  }
  const npy_array doubles = read_npy(corpus + "float64");
  for (int i = 0; i < 24; ++i)
    CHECK(doubles.values[static_cast<std::size_t>(i)] == static_cast<float>(double(i - 5) / 3));
  for (const char* name : {"version-2", "version-3"}) CHECK(read_npy(corpus + name).values == counted(12));
  CHECK(read_npy(corpus + "scalar").shape.empty());
  CHECK(read_npy(corpus + "scalar").values == std::vector<float>{7});
  CHECK(read_npy(corpus + "vector").shape == extents{4});
  CHECK(read_npy(corpus + "empty").shape == extents{0, 3});
  CHECK(read_npy(corpus + "empty").values.empty());
}

TEST_CASE("float64 beyond float is infinite", "[npy]") {
  std::string data;
  for (const double x : {1e300, -1e300, std::numeric_limits<double>::quiet_NaN(), 1e-300})
    data.append(reinterpret_cast<const char*>(&x), sizeof x);
  const npy_array a = parse(with("{'descr': '<f8', 'fortran_order': False, 'shape': (4,)}", data));
  CHECK(a.values[0] == std::numeric_limits<float>::infinity());
  CHECK(a.values[1] == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(a.values[2]));
  CHECK(a.values[3] == 0);
}

TEST_CASE("what is written is what NumPy writes", "[npy]") {
  const std::string path = (std::filesystem::temp_directory_path() / "tenon_npy_test.npy").string();
  tenon::write_npy(path, counted(24), tenon::shape{2, 3, 4});
  CHECK(content_of(path) == content_of(corpus + "float32"));
  tenon::write_npy(path, counted(4), tenon::shape{4});
  CHECK(content_of(path) == content_of(corpus + "vector"));
  const std::vector<float> seven{7};
  tenon::write_npy(path, seven, extents{});
  CHECK(content_of(path) == content_of(corpus + "scalar"));
  CHECK_THROWS_AS(tenon::write_npy(path, seven, extents{2}), std::invalid_argument);
  CHECK_THROWS_AS(tenon::write_npy(path, seven, extents{-1, -1}), std::invalid_argument);
  CHECK_THROWS_AS(tenon::write_npy("no/such/folder/x.npy", seven, extents{}), tenon::file_error);
  std::filesystem::remove(path);
}

TEST_CASE("an input has the network's shape, or one more axis", "[npy]") {
  CHECK(read_npy(corpus + "float32", tenon::shape{2, 3, 4}) == counted(24));
  CHECK(read_npy(corpus + "float32", tenon::shape{3, 4}) == counted(24));
  for (const tenon::shape& wrong : {tenon::shape{4}, tenon::shape{2, 4, 3}, tenon::shape{1, 2, 3, 4}})
    CHECK_THROWS_AS(read_npy(corpus + "float32", wrong), tenon::file_error);
  try {
    read_npy(corpus + "vector", tenon::shape{5});
    FAIL("nothing was thrown");
  } catch (const tenon::file_error& e) {
    CHECK(e.what() ==
          ".npy file \"" + corpus +
              "vector\": it has the wrong shape: expected [5], with or without one more axis in front, "
              "found [4]");
  }
}

TEST_CASE("headers may be written in other ways", "[npy]") {
  for (const char* header : {"{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }\n",
                             "{\"descr\":\"<f4\",'shape':(4,),'fortran_order':False}",
                             "  { 'shape' : ( 4 , ) , 'fortran_order' : True , 'descr' : '<f4' , }  \n\n"})
    CHECK(parse(with(header, bytes16)).shape == extents{4});
}

TEST_CASE("a .npy file cut anywhere is refused", "[npy]") {
  const std::string file = content_of(corpus + "float32");
  CHECK(parse(file).values.size() == 24);
  for (std::size_t bytes = 0; bytes < file.size(); ++bytes)
    CHECK_THROWS_AS(parse(file.substr(0, bytes)), tenon::file_error);
  CHECK(problem("") == "it is truncated: found 0 bytes");
  CHECK(problem(file.substr(0, 11)) == "it is truncated: found 11 bytes");
  CHECK(problem(file.substr(0, 100)) == "it is truncated: expected a header up to byte 128, found 100 bytes");
  CHECK(problem(file + "x") ==
        "its data is not as long as its header says: expected 96 bytes for F32 [2, 3, 4], found 97");
  CHECK(problem("PK\3\4 and so on") == "it is not a .npy file: its first bytes are not \\x93NUMPY");
  std::string other = file;
  other[6] = 4;
  CHECK(problem(other) == "it has an unknown version: expected 1, 2 or 3, found 4");
  other[6] = 2;
  CHECK(problem(other) == "the header is too long: expected at most 65536 bytes, found 662372470");
}

TEST_CASE("bad headers are refused", "[npy]") {
  const auto bad = [](const std::string& header) { return problem(with(header, bytes16)); };
  const std::string start = "{'descr': '<f4', 'fortran_order': ";
  CHECK(problem(with(four, bytes16)) == "nothing was thrown");
  CHECK(bad("") == "the header is bad: expected \"{\" at its character 1, found its end");
  CHECK(bad("[]") == "the header is bad: expected \"{\" at its character 1, found \"[\"");
  CHECK(bad("{}") == "the header is incomplete: expected descr, fortran_order and shape");
  CHECK(bad("{'descr': '<f4', 'shape': (4,)}") ==
        "the header is incomplete: expected descr, fortran_order and shape");
  CHECK(bad(four + "x") == "the header is bad: expected its end at its character 56, found \"x\"");
  CHECK(bad("{'descr': '<f4', 'descr': '<f4'}") ==
        "the header is bad: expected descr, fortran_order and shape once each, found \"descr\"");
  CHECK(bad("{'x': 1}") ==
        "the header is bad: expected descr, fortran_order and shape once each, found \"x\"");
  CHECK(bad("{'descr': '<f4") == "the header is bad: expected a string at its character 11, found \"'\"");
  CHECK(bad("{'descr': [('x', '<f4')]}")
            .starts_with("the header is bad: expected a string at its character 11"));
  CHECK(bad(start + "0}") == "the header is bad: expected True or False at its character 35, found \"0\"");
  const auto shape = [&](const std::string& tuple) { return bad(start + "False, 'shape': " + tuple + "}"); };
  CHECK(shape("(4)") == "the header is bad: expected a comma at its character 53, found \")\"");
  CHECK(
      shape("(4,,)").starts_with("the header is bad: expected an integer in [0, 2^63) at its character 54"));
  CHECK(
      shape("(-4,)").starts_with("the header is bad: expected an integer in [0, 2^63) at its character 52"));
  CHECK(shape("(4L,)").starts_with("the header is bad: expected a comma"));
  CHECK(shape("(9223372036854775808,)").starts_with("the header is bad: expected an integer in [0, 2^63)"));
  CHECK(shape("(4294967296, 4294967296)") ==
        "it is too large: expected fewer than 2^64 bytes, found shape [4294967296, 4294967296]");
  CHECK(shape("(0, 4294967296, 4294967296)") ==
        "its data is not as long as its header says: expected 0 bytes for F32 [0, 4294967296, 4294967296], "
        "found 16");
  CHECK(
      shape("(1000000000,)") ==
      "its data is not as long as its header says: expected 4000000000 bytes for F32 [1000000000], found 16");
  std::string ones = "(";
  for (int i = 0; i < 65; ++i) ones += "1, ";
  CHECK(shape(ones + ")").starts_with("the header is bad: expected at most 64 extents"));
}

TEST_CASE("other numbers than floats are refused", "[npy]") {
  const std::string text =
      "it has the wrong dtype: expected float16, float32 or float64, little-endian, found ";
  const auto of = [](const std::string& name) { return problem(content_of(corpus + name)); };
  CHECK(of("big-endian") == text + "\">f4\"");
  CHECK(of("int64") == text + "I64");
  CHECK(of("structured").starts_with("the header is bad: expected a string"));
}

TEST_CASE("paths without a .npy file are named", "[npy]") {
  try {
    read_npy("no/such.npy");
    FAIL("nothing was thrown");
  } catch (const tenon::file_error& e) {
    CHECK(std::string(e.what()) ==
          ".npy file \"no/such.npy\": cannot be read: expected a regular file, found no file of this name");
  }
}
