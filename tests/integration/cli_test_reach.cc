// A service that is out of sight, or does not answer (RELIABILITY ).

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

class CliReach : public CliTest {
 protected:
  /// Empty where nobody answers.
  nlohmann::json status() const {
    const nlohmann::json answer = run({"status", "--json"}).json();
    return answer.is_object() ? answer : nlohmann::json::object();
  }
  int pid() const { return status().value("pid", 0); }
  /// An environment whose sockets are elsewhere.
  RunOptions elsewhere() const {
    RunOptions options;
    options.environment = {"XDG_RUNTIME_DIR=" + elsewhere_.root().string()};
    return options;
  }
  /// The lock file's text, and the lock itself held by this very process.
  int hold_lock(const std::string& text) const {
    project_.write(".deltagraph/lock", text);
    const int fd = open((root() + "/.deltagraph/lock").c_str(), O_RDWR | O_CLOEXEC);
    struct flock whole {};
    whole.l_type = F_WRLCK;
    EXPECT_EQ(fcntl(fd, F_OFD_SETLK, &whole), 0);
    return fd;
  }

  TempProject elsewhere_;
};

TEST_F(CliReach, ARemovedSocketIsMadeAnew) {
  ASSERT_EQ(run({"start"}).code, 0);
  const nlohmann::json before = status();
  const fs::path socket = before.value("socket", "");
  for (const fs::path& removed : {socket, socket.parent_path()}) {
    ASSERT_GT(fs::remove_all(removed), 0u);
    // The service looks every second; each round is a run of the program.
    nlohmann::json after = nlohmann::json::object();
    for (int round = 0; round < 2000 && after.value("pid", 0) == 0; ++round) after = status();
    EXPECT_EQ(after.value("pid", 0), before.value("pid", 0)) << removed;
    EXPECT_EQ(after.value("socket", ""), socket.string());
  }
  EXPECT_EQ(run({"callers", "pay"}).code, 0);
  EXPECT_EQ(run({"stop"}).code, 0);
  EXPECT_FALSE(fs::exists(socket));
}

TEST_F(CliReach, AServiceUnderAnotherRuntimeFolderIsFoundByItsLock) {
  ASSERT_EQ(run({"start"}, elsewhere()).code, 0);
  const int started = run({"status", "--json"}, elsewhere()).json().value("pid", 0);
  ASSERT_GT(started, 0);
  EXPECT_EQ(pid(), started);
  EXPECT_EQ(run({"start", "--json"}).json()["started"], false);
  const Ran callers = run({"callers", "pay", "--json"});
  EXPECT_EQ(callers.code, 0) << callers.err;
  EXPECT_EQ(callers.json()["live"], true);
  EXPECT_EQ(run({"stop"}).code, 0);
  EXPECT_EQ(run({"status"}, elsewhere()).code, 1);
}

TEST_F(CliReach, AServiceOutOfReachIsStoppedByItsPid) {
  ASSERT_EQ(run({"start"}).code, 0);
  const nlohmann::json before = status();
  const int service = before.value("pid", 0);
  ASSERT_GT(service, 0);
  ASSERT_EQ(kill(service, SIGSTOP), 0);  // So that it cannot make its socket anew.
  ASSERT_TRUE(fs::remove(before.value("socket", "")));
  const Ran unreachable = run({"status"});
  EXPECT_EQ(unreachable.code, 5);
  EXPECT_NE(unreachable.err.find(std::to_string(service)), std::string::npos) << unreachable.err;
  EXPECT_NE(unreachable.err.find("deltagraph stop"), std::string::npos) << unreachable.err;
  const Ran stopped = run({"stop"});
  EXPECT_EQ(stopped.code, 0) << stopped.err;
  EXPECT_EQ(run({"status"}).code, 1);
}

TEST_F(CliReach, ASuspendedServiceIsNamedAndCanBeStopped) {
  ASSERT_EQ(run({"start"}).code, 0);
  const int service = pid();
  ASSERT_GT(service, 0);
  ASSERT_EQ(kill(service, SIGSTOP), 0);
  Ran status, start, question;
  std::thread first([&] { status = run({"status"}); });
  std::thread second([&] { start = run({"start"}); });
  question = run({"callers", "pay"});
  first.join();
  second.join();
  for (const Ran* each : {&status, &start, &question}) {
    EXPECT_EQ(each->code, 5) << each->err;
    EXPECT_NE(each->err.find("process " + std::to_string(service)), std::string::npos) << each->err;
    EXPECT_NE(each->err.find("suspended"), std::string::npos) << each->err;
  }
  const Ran stopped = run({"stop"});
  EXPECT_EQ(stopped.code, 0) << stopped.err;
  EXPECT_EQ(run({"callers", "pay"}).code, 0) << "a new one takes over";
}

TEST_F(CliReach, StopEndsNoProcessThatDoesNotHoldTheLock) {
  index();
  const pid_t stranger = fork();
  ASSERT_GE(stranger, 0);
  if (stranger == 0) {
    while (true) pause();
  }
  const std::string said = std::to_string(stranger) + " service\n" + root() + "/no.sock\n";
  project_.write(".deltagraph/lock", said);
  EXPECT_EQ(run({"stop"}).code, 1) << "nobody holds it";
  const int lock = hold_lock(said);
  EXPECT_EQ(run({"stop"}).code, 1) << "this process holds it, not that one";
  close(lock);
  EXPECT_EQ(waitpid(stranger, nullptr, WNOHANG), 0) << "it lives";
  kill(stranger, SIGKILL);
  waitpid(stranger, nullptr, 0);
}

TEST_F(CliReach, StatusNamesAWriterThatIsNoService) {
  index();
  const int lock = hold_lock(std::to_string(getpid()) + " index\n");
  const Ran ran = run({"status", "--json"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.json()["writer"]["pid"], getpid());
  EXPECT_EQ(ran.json()["writer"]["work"], "index");
  EXPECT_NE(run({"status"}).out.find("(index)"), std::string::npos);
  close(lock);
}

TEST_F(CliReach, CompactingUnderAServiceNamesTheCure) {
  index();
  project_.write("src/cart.js", "export function pay() {}\n");
  index();
  ASSERT_EQ(run({"start"}).code, 0);
  const Ran ran = run({"db", "compact", "--before", "#2", "--yes"});
  EXPECT_EQ(ran.code, 5);
  EXPECT_NE(ran.err.find("process " + std::to_string(pid()) + " (service)"), std::string::npos)
      << ran.err;
  EXPECT_NE(ran.err.find("'deltagraph stop'"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace dg
