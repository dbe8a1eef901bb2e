// The command-line tool `tenon`. Exit status 1 and a sentence for each reason where a command cannot be done.
#include <cstdio>

#include "commands.hpp"

int main(int argc, char** argv) {
  CLI::App app("tenon: convolutional networks as C++ types", "tenon");
  app.require_subcommand(1);
#ifdef TENON_TOOL_IMPORTS
  tenon::tool::add_import(app);
#endif
  tenon::tool::add_weights(app);
  tenon::tool::add_check(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& wrong) {
    std::fprintf(stderr, "tenon: %s (tenon --help lists what there is)\n", wrong.what());
    return 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
