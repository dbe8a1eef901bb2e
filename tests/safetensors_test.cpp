// The reader of safetensors: what it reads, bit by bit, and the text of everything it refuses.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <locale>
#include <numeric>
#include <random>

#include "catch.hpp"
#include "tenon/weight_file.hpp"

namespace {

using tenon::read_safetensors, tenon::tensor_spec, tenon::weight_error;
using specs = std::vector<tensor_spec>;
using floats = std::vector<float>;

constexpr float fence = -1234.5F;  // `out` holds it before a read, and after a read that failed

// ---- A small writer: files are strings of bytes -----------------------------------------------------------

template <class Word>
std::string little_endian(Word word) {
  std::string text;
  for (std::size_t i = 0; i < sizeof word; ++i) text += static_cast<char>(word >> 8 * i & 0xFF);
  return text;
}

std::string f32(const floats& values) {
  std::string text;
  for (const float value : values) text += little_endian(std::bit_cast<std::uint32_t>(value));
  return text;
}

std::string file_of(const std::string& header, const std::string& data = "") {
  return little_endian(std::uint64_t{header.size()}) + header + data;
}

struct stored {
  std::string name, dtype;
  std::vector<std::int64_t> shape;
  std::string data;
};

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const auto extent : shape) text += (text.size() > 1 ? "," : "") + std::to_string(extent);
  return text + "]";
}

/// One field of a header: "name": {...}, for data at [begin, end).
std::string field(const stored& t, std::size_t begin, std::size_t end) {
  return '"' + t.name + R"(":{"dtype":")" + t.dtype + R"(","shape":)" + shape_text(t.shape) +
         R"(,"data_offsets":[)" + std::to_string(begin) + "," + std::to_string(end) + "]}";
}

std::string file_of(const std::vector<stored>& tensors) {
  std::string header = "{", data;
  for (const stored& t : tensors) {
    header += (header.size() > 1 ? "," : "") + field(t, data.size(), data.size() + t.data.size());
    data += t.data;
  }
  return file_of(header + "}", data);
}

// ---- Reading ----------------------------------------------------------------------------------------------

std::size_t element_count(const specs& expected) {
  std::size_t sum = 0;
  for (const tensor_spec& spec : expected) {
    sum += static_cast<std::size_t>(
        std::accumulate(spec.shape.begin(), spec.shape.end(), std::int64_t{1}, std::multiplies<>{}));
  }
  return sum;
}

floats read(const std::string& file, const specs& expected, tenon::weight_options options = {}) {
  floats out(element_count(expected), fence);
  read_safetensors(std::as_bytes(std::span(file)), "net.safetensors", expected, out, options);
  return out;
}

/// What a read of a bad file says after the name of the file; checks that `out` stays as it was.
std::string problem(const std::string& file, const specs& expected, tenon::weight_options options = {}) {
  floats out(element_count(expected), fence);
  try {
    read_safetensors(std::as_bytes(std::span(file)), "net.safetensors", expected, out, options);
  } catch (const weight_error& error) {
    CHECK(std::ranges::count(out, fence) == std::ssize(out));
    const std::string text = error.what(), prefix = "weight file \"net.safetensors\": ";
    REQUIRE(text.starts_with(prefix));
    return text.substr(prefix.size());
  }
  return "nothing was thrown";
}

std::string header_problem(const std::string& header) { return problem(file_of(header), {}); }

std::vector<std::uint32_t> bits_of(const floats& values) {
  std::vector<std::uint32_t> bits;
  for (const float value : values) bits.push_back(std::bit_cast<std::uint32_t>(value));
  return bits;
}

// ---- What is read -----------------------------------------------------------------------------------------

TEST_CASE("tensors come out in the order of the model, not of the file", "[safetensors]") {
  const auto file = file_of(
      {{"b", "F32", {2}, f32({1, 2})}, {"a", "F32", {1, 3}, f32({3, 4, 5})}, {"c", "F32", {}, f32({6})}});
  CHECK(read(file, {{"a", {1, 3}}, {"c", {}}, {"b", {2}}}) == floats{3, 4, 5, 6, 1, 2});
}

TEST_CASE("a file and a model without tensors agree", "[safetensors]") {
  CHECK(read(file_of("{}"), {}).empty());
  CHECK(read(file_of("{}      "), {}).empty());
}

TEST_CASE("tensors without elements take no bytes", "[safetensors]") {
  const auto file =
      file_of({{"a", "F32", {0, 3}, ""}, {"b", "F32", {1}, f32({7})}, {"c", "F16", {2, 0}, ""}});
  CHECK(read(file, {{"a", {0, 3}}, {"b", {1}}, {"c", {2, 0}}}) == floats{7});
}

TEST_CASE("metadata may stand anywhere and says nothing", "[safetensors]") {
  const std::string a = field({"a", "F32", {1}, ""}, 0, 4);
  const std::string metadata = R"("__metadata__":{"format":"pt","dtype":"F64"})";
  CHECK(read(file_of("{" + metadata + "," + a + "}", f32({3})), {{"a", {1}}}) == floats{3});
  CHECK(read(file_of("{" + a + "," + metadata + "}", f32({3})), {{"a", {1}}}) == floats{3});
  CHECK(read(file_of("{\"__metadata__\":{}," + a + "}", f32({3})), {{"a", {1}}}) == floats{3});
}

TEST_CASE("escapes and UTF-8 in names are read", "[safetensors]") {
  const auto file = file_of(R"({"\u0061\"\\ß":{"data_offsets":[0,4],"shape":[1],"dtype":"F32"}})", f32({9}));
  CHECK(read(file, {{"a\"\\ß", {1}}}) == floats{9});
}

TEST_CASE("PyTorch's batch counters are left out", "[safetensors]") {
  const std::string eight(8, '\1');
  const specs nested{{"stem.bn.running_mean", {1}}}, bare{{"running_mean", {1}}};
  CHECK(read(file_of({{"stem.bn.running_mean", "F32", {1}, f32({2})},
                      {"stem.bn.num_batches_tracked", "I64", {}, eight}}),
             nested) == floats{2});
  CHECK(read(file_of({{"num_batches_tracked", "I64", {}, eight}, {"running_mean", "F32", {1}, f32({2})}}),
             bare) == floats{2});

  const auto without_mean = file_of({{"bn.num_batches_tracked", "I64", {}, eight}});
  CHECK(problem(without_mean, {}) ==
        "the tensors are not those of the model (1 problem)\n"
        "  tensor \"bn.num_batches_tracked\" is unexpected: expected no tensor of this name, found I64 []");
  const auto glued =
      file_of({{"xrunning_mean", "F32", {1}, f32({2})}, {"xnum_batches_tracked", "I64", {}, eight}});
  CHECK(problem(glued, {{"xrunning_mean", {1}}}) ==
        "the tensors are not those of the model (1 problem)\n"
        "  tensor \"xnum_batches_tracked\" is unexpected: expected no tensor of this name, found I64 []");
  for (const auto& [dtype, extent] : {std::pair{"F32", 2}, {"I64", 1}}) {
    const stored counter{"num_batches_tracked", dtype, {extent}, eight};
    CHECK(problem(file_of({{"running_mean", "F32", {1}, f32({2})}, counter}), bare) ==
          "the tensors are not those of the model (1 problem)\n"
          "  tensor \"num_batches_tracked\" is unexpected: expected I64 [], found " +
              counter.dtype + " [" + std::to_string(extent) + "]");
  }
}

TEST_CASE("all 65536 F16 patterns are widened exactly", "[safetensors]") {
  std::string data;
  for (std::uint32_t half = 0; half < 65536; ++half) data += little_endian(static_cast<std::uint16_t>(half));
  const auto bits = bits_of(read(file_of({{"a", "F16", {65536}, data}}), {{"a", {65536}}}));

  std::size_t wrong = 0;
  for (std::uint32_t half = 0; half < 65536; ++half) {
    const bool negative = half >= 0x8000;
    const int exponent = static_cast<int>(half / 1024 % 32), fraction = static_cast<int>(half % 1024);
    double magnitude = std::numeric_limits<double>::infinity();
    if (exponent < 31)
      magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    auto want = std::bit_cast<std::uint32_t>(static_cast<float>(negative ? -magnitude : magnitude));
    if (exponent == 31)
      want += static_cast<std::uint32_t>(fraction) * 8192;  // the payload of a NaN, kept at its top
    wrong += bits[half] != want;
  }
  CHECK(wrong == 0);
}

TEST_CASE("all 65536 BF16 patterns are widened exactly", "[safetensors]") {
  std::string data, widened;
  for (std::uint32_t half = 0; half < 65536; ++half) {
    data += little_endian(static_cast<std::uint16_t>(half));
    widened += std::string(2, '\0') + little_endian(static_cast<std::uint16_t>(half));
  }
  const specs expected{{"a", {65536}}};
  const floats from_bf16 = read(file_of({{"a", "BF16", {65536}, data}}), expected);
  const floats from_f32 = read(file_of({{"a", "F32", {65536}, widened}}), expected);
  CHECK(bits_of(from_bf16) == bits_of(from_f32));
  std::vector<std::uint32_t> want(65536);
  for (std::uint32_t half = 0; half < 65536; ++half) want[half] = half * 65536;
  CHECK(bits_of(from_f32) == want);
}

TEST_CASE("random files are read back, at any alignment", "[safetensors]") {
  std::mt19937 random(20240229);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int round = 0; round < 300; ++round) {
    std::vector<stored> tensors;
    std::vector<std::vector<std::uint32_t>> contents;
    for (std::size_t t = below(6); t > 0; --t) {
      stored s{"layer" + std::to_string(t) + ".weight", below(2) ? "F32" : "BF16", {}, ""};
      for (std::size_t axis = below(5); axis > 0; --axis)
        s.shape.push_back(static_cast<std::int64_t>(below(5)));
      std::vector<std::uint32_t> bits(element_count({{s.name, s.shape}}));
      for (std::uint32_t& b : bits) {
        b = static_cast<std::uint32_t>(random());
        if (s.dtype == "BF16") b &= 0xFFFF'0000;
        s.data += s.dtype == "F32" ? little_endian(b) : little_endian(static_cast<std::uint16_t>(b >> 16));
      }
      tensors.push_back(s);
      contents.push_back(bits);
    }
    std::vector<std::size_t> order(tensors.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::shuffle(order, random);
    specs expected;
    std::vector<std::uint32_t> want;
    for (const std::size_t i : order) {
      expected.push_back({tensors[i].name, tensors[i].shape});
      want.insert(want.end(), contents[i].begin(), contents[i].end());
    }
    const std::string offset(below(9), ' '), file = offset + file_of(tensors);
    floats out(want.size(), fence);
    read_safetensors(std::as_bytes(std::span(file)).subspan(offset.size()), "net.safetensors", expected, out);
    REQUIRE(bits_of(out) == want);
  }
}

TEST_CASE("a file of PyTorch is read from its path", "[safetensors]") {
  const specs lenet{{"0.weight", {6, 1, 5, 5}}, {"0.bias", {6}},          {"3.weight", {16, 6, 5, 5}},
                    {"3.bias", {16}},           {"7.weight", {120, 400}}, {"7.bias", {120}},
                    {"9.weight", {84, 120}},    {"9.bias", {84}},         {"11.weight", {10, 84}},
                    {"11.bias", {10}}};
  const std::string path = TENON_DATA_DIR "/lenet5-fashion.safetensors";
  floats out(61'706, fence);
  read_safetensors(path, lenet, out, {.require_finite = true});
  CHECK(std::ranges::count(out, fence) == 0);

  std::ifstream stream(path, std::ios::binary);
  const std::string file(std::istreambuf_iterator<char>(stream), {});
  CHECK(out == read(file, lenet));
  CHECK(f32(out) == file.substr(file.size() - 4 * out.size()));  // it stores them in this order, as F32
}

// ---- What is refused: the file ----------------------------------------------------------------------------

TEST_CASE("paths without a file are named", "[safetensors]") {
  const auto text = [](const std::string& path) -> std::string {
    try {
      read_safetensors(path, {}, {});
    } catch (const weight_error& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  CHECK(text("no/such/file") ==
        "weight file \"no/such/file\": cannot be read: expected a regular file, found no file of this name");
  CHECK(text("") == "weight file \"\": cannot be read: expected a regular file, found no file of this name");
  CHECK(text(".") == "weight file \".\": cannot be read: expected a regular file, found a directory");
  if (std::filesystem::exists("/dev/zero")) {
    CHECK(text("/dev/zero") ==
          "weight file \"/dev/zero\": cannot be read: expected a regular file, found neither file nor "
          "directory");
  }
}

TEST_CASE("a file cut anywhere is refused", "[safetensors]") {
  const auto file = file_of({{"a", "F32", {2}, f32({1, 2})}, {"b", "F16", {1}, "xy"}});
  const specs expected{{"a", {2}}, {"b", {1}}};
  CHECK(read(file, expected).size() == 3);
  for (std::size_t bytes = 0; bytes < file.size(); ++bytes) {
    const std::string text = problem(file.substr(0, bytes), expected);
    INFO(bytes << " bytes: " << text);
    CHECK(text.starts_with("the file is truncated"));
  }
  CHECK(problem("", expected) ==
        "the file is truncated: expected the 8 bytes of the header's length, found 0 bytes");
  CHECK(problem(file.substr(0, 7), expected) ==
        "the file is truncated: expected the 8 bytes of the header's length, found 7 bytes");
  CHECK(problem(file.substr(0, 20), expected) ==
        "the file is truncated or not safetensors: expected a header of 108 bytes, found 12 bytes after the "
        "header's length");
  CHECK(problem(file.substr(0, file.size() - 1), expected) ==
        "the file is truncated: expected tensor \"b\" at bytes [8, 10) of the data, found only 9 bytes of "
        "data");
  CHECK(problem(file + "z", expected) == "bytes after the last tensor: expected 10 bytes of data, found 11");
}

TEST_CASE("an absurd length of the header is refused before anything is allocated", "[safetensors]") {
  for (const std::uint64_t length :
       {std::uint64_t{3}, std::uint64_t{1} << 40, ~std::uint64_t{0}, ~std::uint64_t{0} - 7}) {
    CHECK(problem(little_endian(length) + "{}", {}) ==
          "the file is truncated or not safetensors: expected a header of " + std::to_string(length) +
              " bytes, found 2 bytes after the header's length");
  }
  CHECK(problem(file_of("{" + std::string(100'000'000, ' ') + "}"), {}) ==
        "the header is too long: expected at most 100000000 bytes, found 100000002");
}

// ---- What is refused: the header --------------------------------------------------------------------------

TEST_CASE("a header that is not JSON is refused", "[safetensors]") {
  CHECK(header_problem("") == "the header is empty: expected a JSON object, found 0 bytes");
  for (const char* text :
       {"{", "{]", "{\"a\"}", "{\"a\":", "{} x", "{}{}", "{\"a\xFF\":1}", "{'a':1}", "{\"a\\ud800\":1}",
        "{\"a\":nul}", "{/**/}", "{\"a\":{\"shape\":[1e999]}}", "{,}"}) {
    INFO(text);
    CHECK(header_problem(text).starts_with("the header is not JSON: found an error at its byte "));
  }
  CHECK(header_problem(std::string("{}\0x", 4)) == "the header is not JSON: found a zero byte at its byte 3");
}

TEST_CASE("a header that is not an object is refused", "[safetensors]") {
  const std::string text = "the header is not a JSON object: expected '{' as its first byte, found byte ";
  CHECK(header_problem("[]") == text + "91");
  CHECK(header_problem(" {}") == text + "32");
  CHECK(header_problem("\xEF\xBB\xBF{}") == text + "239");
  CHECK(header_problem("12") == text + "49");
}

TEST_CASE("deep nesting is refused where it begins", "[safetensors]") {
  const std::string brackets(1'000'000, '['), braces = [] {
    std::string text;
    for (int i = 0; i < 1'000'000; ++i) text += "{\"a\":";
    return text;
  }();
  CHECK(header_problem("{\"a\":" + brackets) == "tensor \"a\" is bad: expected an object, found an array");
  CHECK(header_problem(braces) ==
        "tensor \"a\" has an unknown field: expected dtype, shape and data_offsets, found \"a\"");
  CHECK(
      header_problem("{\"a\":{\"shape\":" + brackets) ==
      "tensor \"a\" has a bad shape: expected an array of at most 64 integers in [0, 2^64), found an array");
  CHECK(header_problem("{\"__metadata__\":{\"a\":" + brackets) ==
        "\"__metadata__\" is bad: expected an object of strings, found an array");
}

TEST_CASE("what is named twice is refused", "[safetensors]") {
  const std::string a = field({"a", "F32", {0}, ""}, 0, 0),
                    once = " is named twice in the header: expected it once";
  CHECK(header_problem("{" + a + "," + a + "}") == "tensor \"a\"" + once);
  CHECK(header_problem("{" + a + R"(,"\u0061":{}})") == "tensor \"a\"" + once);
  CHECK(header_problem(R"({"a":{"dtype":"F32","dtype":"F32"}})") == "field \"dtype\" of tensor \"a\"" + once);
  CHECK(header_problem(R"({"a":{"shape":[0],"shape":[0]}})") == "field \"shape\" of tensor \"a\"" + once);
  CHECK(header_problem(R"({"__metadata__":{},"__metadata__":{}})") == "\"__metadata__\"" + once);
  CHECK(header_problem(R"({"__metadata__":{"k":"","k":""}})") == "key \"k\" of \"__metadata__\"" + once);
}

TEST_CASE("fields of the wrong kind are refused", "[safetensors]") {
  for (const auto& [value, found] :
       std::vector<std::pair<std::string, std::string>>{{"null", "null"},
                                                        {"true", "true"},
                                                        {"-1", "-1"},
                                                        {"7", "7"},
                                                        {"1.5", "the number \"1.5\""},
                                                        {"\"s\"", "the string \"s\""},
                                                        {"[]", "an array"}}) {
    CHECK(header_problem("{\"a\":" + value + "}") ==
          "tensor \"a\" is bad: expected an object, found " + found);
    CHECK(header_problem("{\"__metadata__\":" + value + "}") ==
          "\"__metadata__\" is bad: expected an object of strings, found " + found);
    if (value != "\"s\"") {
      CHECK(header_problem("{\"a\":{\"dtype\":" + value + "}}") ==
            "tensor \"a\" has a bad dtype: expected a string, found " + found);
      CHECK(header_problem("{\"__metadata__\":{\"k\":" + value + "}}") ==
            "\"__metadata__\" is bad: expected an object of strings, found " + found);
    }
    if (value == "[]") continue;
    CHECK(header_problem("{\"a\":{\"shape\":" + value + "}}") ==
          "tensor \"a\" has a bad shape: expected an array of at most 64 integers in [0, 2^64), found " +
              found);
    CHECK(header_problem("{\"a\":{\"data_offsets\":" + value + "}}") ==
          "tensor \"a\" has a bad data_offsets: expected two integers in [0, 2^64), found " + found);
    if (value == "7") continue;
    CHECK(header_problem("{\"a\":{\"shape\":[1," + value + "]}}") ==
          "tensor \"a\" has a bad shape: expected an array of at most 64 integers in [0, 2^64), found " +
              found);
    CHECK(header_problem("{\"a\":{\"data_offsets\":[0," + value + "]}}") ==
          "tensor \"a\" has a bad data_offsets: expected two integers in [0, 2^64), found " + found);
  }
}

TEST_CASE("tensors with missing or unknown fields are refused", "[safetensors]") {
  const auto missing = [](const std::string& name) {
    return "tensor \"a\" is incomplete: expected a field \"" + name + "\", found none";
  };
  CHECK(header_problem(R"({"a":{}})") == missing("dtype"));
  CHECK(header_problem(R"({"a":{"dtype":"F32","data_offsets":[0,0]}})") == missing("shape"));
  CHECK(header_problem(R"({"a":{"dtype":"F32","shape":[0]}})") == missing("data_offsets"));
  CHECK(header_problem(R"({"a":{"strides":[1]}})") ==
        "tensor \"a\" has an unknown field: expected dtype, shape and data_offsets, found \"strides\"");
}

TEST_CASE("huge and contradictory shapes and offsets are refused", "[safetensors]") {
  const auto with = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return header_problem(R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" +
                          offsets + "}}");
  };
  CHECK(with("F32", "[4294967296,4294967296]", "[0,0]") ==
        "tensor \"a\" is too large: expected fewer than 2^64 bytes, found shape [4294967296, 4294967296]");
  CHECK(with("F32", "[4294967296,4294967296,0]", "[0,0]") ==
        "tensor \"a\" is too large: expected fewer than 2^64 bytes, found shape [4294967296, 4294967296, 0]");
  CHECK(with("F32", "[4611686018427387904]", "[0,0]") ==
        "tensor \"a\" is too large: expected fewer than 2^64 bytes, found shape [4611686018427387904]");
  CHECK(
      with("F32", "[18446744073709551616]", "[0,0]") ==
      "tensor \"a\" has a bad shape: expected an array of at most 64 integers in [0, 2^64), found the number "
      "\"18446744073709551616\"");
  CHECK(with("F32", "[" + std::string(128, '1') + "]", "[0,0]").starts_with("tensor \"a\" has a bad shape"));
  std::string axes = "1";
  for (int i = 0; i < 64; ++i) axes += ",1";
  CHECK(with("F32", "[" + axes + "]", "[0,4]") ==
        "tensor \"a\" has a bad shape: expected an array of at most 64 integers in [0, 2^64), found more "
        "than 64 numbers");

  const std::string order =
      "tensor \"a\" has bad data_offsets: expected [begin, end] with begin <= end, found ";
  CHECK(with("F32", "[1]", "[]") == order + "[]");
  CHECK(with("F32", "[1]", "[4]") == order + "[4]");
  CHECK(with("F32", "[1]", "[0,4,8]") == order + "[0, 4, 8]");
  CHECK(with("F32", "[1]", "[4,0]") == order + "[4, 0]");

  const std::string length = "tensor \"a\" has bad data_offsets: expected ";
  CHECK(with("F32", "[2,3]", "[0,20]") == length + "24 bytes for F32 [2, 3], found 20 bytes at [0, 20)");
  CHECK(with("BF16", "[]", "[0,4]") == length + "2 bytes for BF16 [], found 4 bytes at [0, 4)");
  CHECK(with("F64", "[1]", "[0,18446744073709551615]") ==
        length + "8 bytes for F64 [1], found 18446744073709551615 bytes at [0, 18446744073709551615)");
  CHECK(with("U8", "[18446744073709551615]", "[0,18446744073709551615]") ==
        "the file is truncated: expected tensor \"a\" at bytes [0, 18446744073709551615) of the data, found "
        "only 0 "
        "bytes of data");
}

TEST_CASE("tensors must tile the data", "[safetensors]") {
  const auto at = [](std::size_t a, std::size_t b) {
    const stored s{"", "F32", {2}, ""};
    auto header = field(s, a, a + 8), other = field(s, b, b + 8);
    return problem(
        file_of("{" + header.insert(1, 1, 'a') + "," + other.insert(1, 1, 'b') + "}", std::string(20, 'x')),
        {{"a", {2}}, {"b", {2}}});
  };
  CHECK(at(0, 4) ==
        "tensors overlap: expected tensor \"b\" at byte 8 of the data or later, after tensor \"a\" at "
        "[0, 8), found it at [4, 12)");
  CHECK(at(0, 7) ==
        "tensors overlap: expected tensor \"b\" at byte 8 of the data or later, after tensor \"a\" at [0, "
        "8), found it at [7, 15)");
  CHECK(at(0, 0) ==
        "tensors overlap: expected tensor \"b\" at byte 8 of the data or later, after tensor \"a\" at "
        "[0, 8), found it at [0, 8)");
  CHECK(at(12, 0) == "a hole in the data: expected tensor \"a\" at byte 8, found it at byte 12");
  CHECK(at(4, 12) == "a hole in the data: expected tensor \"a\" at byte 0, found it at byte 4");
  CHECK(at(8, 0) == "bytes after the last tensor: expected 16 bytes of data, found 20");
}

// ---- What is refused: the tensors -------------------------------------------------------------------------

TEST_CASE("all differences from the model are listed at once", "[safetensors]") {
  const auto file = file_of({{"stem.weight", "F32", {1, 3}, f32({1, 2, 3})},
                             {"conv.bias", "F32", {2}, f32({1, 2})},
                             {"head.weight", "F64", {2}, std::string(16, 'x')},
                             {"head.bias", "I8", {3}, "xyz"},
                             {"tail", "F4", {7}, "?"}});
  CHECK(problem(file, {{"stem.weight", {3, 1}},
                       {"stem.bias", {2}},
                       {"head.weight", {2}},
                       {"head.bias", {1}},
                       {"fc", {9}}}) ==
        "the tensors are not those of the model (7 problems)\n"
        "  tensor \"stem.weight\" has the wrong shape: expected F32, F16 or BF16 [3, 1], found F32 [1, 3]\n"
        "  tensor \"stem.bias\" is missing: expected F32, F16 or BF16 [2], found no tensor of this name "
        "(rename "
        "\"conv.bias\"?)\n"
        "  tensor \"head.weight\" has the wrong dtype: expected F32, F16 or BF16 [2], found F64 [2]\n"
        "  tensor \"head.bias\" has the wrong shape and dtype: expected F32, F16 or BF16 [1], found I8 [3]\n"
        "  tensor \"fc\" is missing: expected F32, F16 or BF16 [9], found no tensor of this name\n"
        "  tensor \"conv.bias\" is unexpected: expected no tensor of this name, found F32 [2]\n"
        "  tensor \"tail\" is unexpected: expected no tensor of this name, found \"F4\" [7]");
}

TEST_CASE("each missing tensor is offered the unexpected one most like it", "[safetensors]") {
  const auto file = file_of({{"bn.running_var", "F32", {1}, f32({1})},
                             {"bn.bias", "F16", {1}, "xx"},
                             {"bn.weight", "F32", {1}, f32({1})},
                             {"bn.scale", "F64", {1}, std::string(8, 'x')}});
  const std::string text =
      problem(file, {{"1.weight", {1}}, {"1.bias", {1}}, {"1.running_var", {1}}, {"1.extra", {1}}});
  const auto offered = [&](const std::string& name, const std::string& other) {
    return text.find("tensor \"" + name +
                     "\" is missing: expected F32, F16 or BF16 [1], found no tensor of this name" + other +
                     "\n") != std::string::npos;
  };
  INFO(text);
  CHECK(offered("1.weight", " (rename \"bn.weight\"?)"));
  CHECK(offered("1.bias", " (rename \"bn.bias\"?)"));
  CHECK(offered("1.running_var", " (rename \"bn.running_var\"?)"));
  CHECK(offered("1.extra", ""));
}

TEST_CASE("a long list of differences is cut and counted", "[safetensors]") {
  std::vector<stored> tensors;
  for (int i = 0; i < 250; ++i) tensors.push_back({"t" + std::to_string(i), "U8", {0}, ""});
  const std::string text = problem(file_of(tensors), {{"a", {1}}});
  CHECK(text.starts_with("the tensors are not those of the model (251 problems)\n  tensor \"a\" is missing"));
  CHECK(text.ends_with("\n  ... and 151 more"));
  CHECK(std::ranges::count(text, '\n') == 101);
}

TEST_CASE("names from a file cannot disturb a message", "[safetensors]") {
  CHECK(problem(file_of({{R"(a\n\u001b[31m\"\\)", "U8", {0}, ""}}), {}) ==
        "the tensors are not those of the model (1 problem)\n"
        R"(  tensor "a\x0a\x1b[31m\"\\" is unexpected: expected no tensor of this name, found U8 [0])");
  std::string eszetts = "x";
  for (int i = 0; i < 200; ++i) eszetts += "ß";
  CHECK(problem(file_of({{eszetts, "U8", {0}, ""}}), {}) ==
        "the tensors are not those of the model (1 problem)\n"
        "  tensor \"" +
            eszetts.substr(0, 199) + "...\" is unexpected: expected no tensor of this name, found U8 [0]");
}

TEST_CASE("numbers in messages do not follow the locale", "[safetensors]") {
  struct grouped : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new grouped));
  const std::string text = problem(file_of("{}", std::string(12'345, 'x')), {});
  std::locale::global(before);
  CHECK(text == "bytes after the last tensor: expected 0 bytes of data, found 12345");
}

TEST_CASE("infinities and NaNs are refused on request", "[safetensors]") {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const auto file = file_of({{"a", "F32", {4}, f32({0, -inf, nan, 1})},
                             {"b", "F32", {2}, f32({std::numeric_limits<float>::max(), 1e-45F})},
                             {"c", "F16", {1}, little_endian(std::uint16_t{0x7C00})},
                             {"d", "BF16", {2}, little_endian(std::uint32_t{0xFFFF'0000})}});
  const specs expected{{"d", {2}}, {"c", {1}}, {"b", {2}}, {"a", {4}}};
  CHECK(problem(file, expected, {.require_finite = true}) ==
        "the weights are not finite (3 problems)\n"
        "  tensor \"d\" is not finite: expected finite elements, found nan at element 1 (1 of 2 elements are "
        "not finite)\n"
        "  tensor \"c\" is not finite: expected finite elements, found inf at element 0 (1 of 1 elements are "
        "not finite)\n"
        "  tensor \"a\" is not finite: expected finite elements, found -inf at element 1 (2 of 4 elements "
        "are not finite)");
  const floats out = read(file, expected);
  CHECK((out[2] == inf && out[6] == -inf && std::isnan(out[1]) && std::isnan(out[7])));
}

TEST_CASE("a caller's mistake is not blamed on the file", "[safetensors]") {
  const auto text = [](const specs& expected, std::size_t out_elements) -> std::string {
    floats out(out_elements);
    const std::string file = file_of("{}");
    try {
      read_safetensors(std::as_bytes(std::span(file)), "net.safetensors", expected, out);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  const std::string five =
      "read_safetensors: the expected tensors do not have 5 elements together, the length of out";
  CHECK(text({{"a", {2}}, {"b", {2}}}, 5) == five);
  CHECK(text({{"a", {2}}, {"b", {4}}}, 5) == five);
  CHECK(text({{"a", {std::int64_t{1} << 62, 16}}, {"b", {5}}}, 5) == five);
  CHECK(text({{"a", {1}}, {"a", {1}}}, 2) == "read_safetensors: tensor \"a\" is expected twice");
  CHECK(text({{"a", {1, -1}}}, 1) == "read_safetensors: tensor \"a\" has a negative extent: [1, -1]");
}

}  // namespace
