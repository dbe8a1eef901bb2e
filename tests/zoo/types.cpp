// Every network of examples/zoo as a type: shapes and published counts are static_asserts of its header.
#include "zoo/alexnet.hpp"
#include "zoo/cifar_quick.hpp"
#include "zoo/densenet.hpp"
#include "zoo/efficientnet.hpp"
#include "zoo/esrgan.hpp"
#include "zoo/googlenet.hpp"
#include "zoo/inception_v3.hpp"
#include "zoo/lenet5.hpp"
#include "zoo/mobilenet_v1.hpp"
#include "zoo/mobilenet_v2.hpp"
#include "zoo/mobilenet_v3.hpp"
#include "zoo/resnet.hpp"
#include "zoo/shufflenet_v2.hpp"
#include "zoo/squeezenet.hpp"
#include "zoo/tcn.hpp"
#include "zoo/unet.hpp"
#include "zoo/vgg.hpp"
#include "zoo/voxnet.hpp"
#include "zoo/wavenet.hpp"

// What the README says of chains.
namespace {
using zoo::mobilenet_v2::MobileNetV2;
struct apart : tenon::model<MobileNetV2::expression, tenon::lowering{.chain_from = 1'000'000'000}> {};
static_assert((MobileNetV2::arena_bytes + 50'000) / 100'000 == 12 &&
              (apart::arena_bytes + 50'000) / 100'000 == 62);
}  // namespace
