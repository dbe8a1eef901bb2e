#include "classic_lenet5.hpp"
#include "lenet5.hpp"
#include "resnet8.hpp"

#define TENON_MODEL tenon::unfused<LeNet5>, tenon::unfused<ResNet8>, tenon::unfused<ClassicLeNet5>
#include <tenon/instantiate.hpp>
