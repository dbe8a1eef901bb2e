#include "options.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace {

constexpr auto debian = "/usr/share/datasets/fashion-mnist/t10k-";  // package dataset-fashion-mnist

/// The 10,000 test images where they are installed, else the sample of 500.
void choose_dataset(options& chosen) {
  const auto use = [&](const std::string& stem) {
    chosen.images = stem + "images-idx3-ubyte.gz";
    chosen.labels = stem + "labels-idx1-ubyte.gz";
    std::error_code ignored;
    return std::filesystem::exists(chosen.images, ignored) && std::filesystem::exists(chosen.labels, ignored);
  };
  if (!use(debian)) use(chosen.data + "/sample-");
}

}  // namespace

std::optional<options> parse_options(int argc, char** argv, const std::vector<std::string>& models) {
  options chosen;
  chosen.data = FASHION_DATA;
  std::vector<std::string> choices = models;
  choices.push_back("all");

  CLI::App app("Classifies the test images of Fashion-MNIST with networks that are C++ types.", "fashion");
  auto* model = app.add_option("--model", chosen.model, "which network to run")
                    ->check(CLI::IsMember(choices))
                    ->capture_default_str();
  auto* images = app.add_option("--images", chosen.images, "IDX file of 28x28 images, plain or gzip");
  auto* labels = app.add_option("--labels", chosen.labels, "IDX file of their labels, plain or gzip");
  app.add_option("--weights", chosen.weights,
                 "safetensors file of the weights; needs --model with one network");
  app.add_option("--data", chosen.data, "folder of the weights and the sample images")->capture_default_str();
  images->needs(labels)->type_name("FILE");
  labels->needs(images)->type_name("FILE");
  model->type_name("NAME");
  app.get_option("--weights")->type_name("FILE");
  app.get_option("--data")->type_name("DIR");

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    app.exit(help);
    return std::nullopt;
  } catch (const CLI::ParseError& wrong) {
    throw std::runtime_error(wrong.what());
  }
  if (!chosen.weights.empty() && chosen.model == "all")
    throw std::runtime_error("--weights needs --model with one network: the file fits only one");
  if (!*images) choose_dataset(chosen);
  return chosen;
}
