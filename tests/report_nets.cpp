#include "report_nets.hpp"

#define TENON_MODEL pages::Awkward, pages::Known, pages::Gated, pages::ResNet18, pages::TCN, pages::VoxNet
#define TENON_PROFILE
#include <tenon/instantiate.hpp>
