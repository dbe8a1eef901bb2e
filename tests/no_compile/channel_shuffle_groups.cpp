// Eight channels in three groups.
// RULE: input_channels_not_divisible
// EXPECT: tenon: layer 0 (channel_shuffle<3>): 8 input channels cannot be split into 3 groups (8x4x4 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ChannelShuffleGroups : tenon::model<input<8, 4, 4> | channel_shuffle<3>> {};
#else
struct ChannelShuffleGroups : tenon::model<input<8, 4, 4> | channel_shuffle<4>> {};
#endif
