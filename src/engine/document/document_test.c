#include "engine/document/document.h"
#include "unit.h"
TEST(x)
{
}
