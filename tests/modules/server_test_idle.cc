// When a service that nobody needs ends (RELIABILITY R-24).

#include <gtest/gtest.h>

#include "daemon/idle.h"

namespace dg {
namespace {

using std::chrono::minutes;

TEST(Idle, R24_EndsAfterItsLimitWithoutAnyUse) {
  minutes now{500};
  Idle idle(minutes(10), [&] { return now; });
  EXPECT_FALSE(idle.over(0, 0));
  now += minutes(9);
  EXPECT_FALSE(idle.over(0, 0));
  now += minutes(1);
  EXPECT_TRUE(idle.over(0, 0));
}

TEST(Idle, R24_AClientAQuestionOrAChangeBeginsItAnew) {
  minutes now{500};
  Idle idle(minutes(10), [&] { return now; });
  std::uint64_t uses = 0;
  for (int i = 0; i < 5; ++i) {
    now += minutes(9);
    EXPECT_FALSE(idle.over(++uses, 0)) << "somebody asked, or a file changed";
  }
  for (int i = 0; i < 5; ++i) {
    now += minutes(60);
    EXPECT_FALSE(idle.over(uses, 1)) << "a client is there, however silent";
  }
  now += minutes(9);
  EXPECT_FALSE(idle.over(uses, 0));
  now += minutes(1);
  EXPECT_TRUE(idle.over(uses, 0));
}

TEST(Idle, WithoutALimitItIsNeverOver) {
  minutes now{0};
  Idle idle(minutes(0), [&] { return now; });
  now += minutes(1'000'000);
  EXPECT_FALSE(idle.over(0, 0));
}

}  // namespace
}  // namespace dg
