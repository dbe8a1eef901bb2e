// What export_onnx promises beside the file itself, which layers_test.py and zoo_test.py look at.
#include "../catch.hpp"
#include "nets.hpp"

namespace {

using namespace tenon::layers;

struct small : tenon::model<input<1, 6, 6> | conv<2, 3> | relu> {};

TEST_CASE("a file that cannot be written is an error that names it") {
  const auto folder = std::filesystem::temp_directory_path() / "tenon_export_test";
  std::filesystem::create_directories(folder / "folder");
  const std::string path = (folder / "folder").string();  // a folder is there
  CHECK_THROWS_WITH(tenon::export_onnx<small>(tenon::weights<small>(), path), Catch::Contains(path));
  CHECK_THROWS_AS(tenon::export_onnx<small>(tenon::weights<small>(), (folder / "no" / "file").string()),
                  tenon::export_error);
  CHECK(std::filesystem::exists(path));
  CHECK_FALSE(std::filesystem::exists(folder / "no"));
  if (std::filesystem::exists("/dev/full"))  // no room on the device
    CHECK_THROWS_AS(tenon::export_onnx<small>(tenon::weights<small>(), "/dev/full"), tenon::export_error);
  std::filesystem::remove_all(folder);
}

TEST_CASE("what does not fit in one ONNX file is refused") {
  // Nothing of the weights is read before: they need not be there.
  struct large : tenon::model<input<30'000> | linear<30'000, no_bias>> {};
  const std::span<const float> nowhere(static_cast<const float*>(nullptr), 900'000'000);
  CHECK_THROWS_AS(tenon::onnx_bytes(large::network.view(), nowhere, ""), tenon::export_error);
}

TEST_CASE("weights of another network are a caller's mistake") {
  const std::vector<float> weights(7);
  CHECK_THROWS_AS(tenon::onnx_bytes(small::network.view(), weights, ""), std::invalid_argument);
}

TEST_CASE("the same weights give the same bytes") {
  const auto weights = zoo::seeded_weights<small>();
  const std::string once = tenon::onnx_bytes(small::network.view(), weights.values(), "a");
  CHECK(once == tenon::onnx_bytes(small::network.view(), weights.values(), "a"));
  CHECK(once.find("0.weight") != once.npos);
}

}  // namespace
