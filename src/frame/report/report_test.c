#include "frame/report/report.h"
#include "unit.h"
TEST(x)
{
}
