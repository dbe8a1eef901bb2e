// Strassen's algorithm cuts the channels in halves that are whole vectors.
// RULE: method_not_for_it
// EXPECT: tenon: layer 0 (conv<48, 1, algorithm<method::strassen>>): it cannot be computed by strassen, which is for 1x1 filters of one group without padding, a bias per channel, and multiples of 32 channels in and out
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct MethodNotForItChannels
    : tenon::model<input<64, 8, 8> | conv<48, 1, algorithm<tenon::method::strassen>>> {};
#else
struct MethodNotForItChannels
    : tenon::model<input<64, 8, 8> | conv<32, 1, algorithm<tenon::method::strassen>>> {};
#endif
