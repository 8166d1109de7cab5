#include "tests/integration/cli_test_support.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <iterator>
#include <thread>
#include <utility>

namespace dg {
namespace {

constexpr uid_t kNobody = 65534;

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return exit_code(status);
}

/// All that comes until the other end is closed.
std::string read_all(int fd) {
  std::string text;
  char buffer[65536];
  while (true) {
    const ssize_t count = read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;  // A pseudo-terminal whose other side is closed answers EIO.
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

struct Pipe {
  int read_end = -1, write_end = -1;
  explicit Pipe(bool terminal) {
    if (terminal) {
      winsize size{};
      size.ws_col = 60;
      size.ws_row = 24;
      EXPECT_EQ(openpty(&read_end, &write_end, nullptr, nullptr, &size), 0);
      fcntl(read_end, F_SETFD, FD_CLOEXEC);
    } else {
      int ends[2];
      EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
      read_end = ends[0];
      write_end = ends[1];
    }
  }
};

/// From here on the kernel refuses this process and its children, with ENOSPC, what SQLite writes
/// (pwrite64) at or beyond an offset: a full disk that needs neither a mount nor root.
bool fill_disk_beyond(std::uint32_t bytes) {
  constexpr std::uint32_t kNumber = offsetof(seccomp_data, nr);
  constexpr std::uint32_t kOffset = offsetof(seccomp_data, args) + 3 * sizeof(std::uint64_t);
  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pwrite64, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kOffset),  // The lower half; no test writes 4 GB.
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, bytes, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSPC),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(rules)), rules};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

Running::~Running() {
  if (!waited_) {
    kill(pid_, SIGKILL);
    wait_for(pid_);
  }
  if (out_ >= 0) close(out_);
}

void Running::stop_reading() {
  close(std::exchange(out_, -1));
}

std::optional<std::string> Running::line_with(const std::string& text) {
  char buffer[4096];
  while (true) {
    for (std::size_t end = buffer_.find('\n'); end != std::string::npos; end = buffer_.find('\n')) {
      const std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      if (line.find(text) != std::string::npos) return line;
    }
    const ssize_t count = read(out_, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    buffer_.append(buffer, static_cast<std::size_t>(count));
  }
}

void Running::signal(int number) const {
  kill(pid_, number);
}

int Running::wait() {
  waited_ = true;
  return wait_for(pid_);
}

CliTest::CliTest() {
  const bool given = geteuid() != 0 || chown(nobodys_.root().c_str(), kNobody, kNobody) == 0;
  EXPECT_TRUE(given);
  project_.write("package.json", R"({"name": "shop"})");
  project_.write("src/cart.js",
                 "/** Pays an order. */\n"
                 "export function pay(order) { return charge(order); }\n"
                 "export function charge(order) { return fetch(order); }\n"
                 "export class Cart {\n"
                 "  add(item) { return this.total(item); }\n"
                 "  total(item) { return item; }\n"
                 "}\n");
  project_.write("src/shop.js",
                 "import { pay, Cart } from './cart.js';\n"
                 "export function checkout(order) { return pay(order); }\n"
                 "export function add() { return new Cart().add(1); }\n"
                 "export function loose(thing) { return thing.pay(); }\n");
}

CliTest::~CliTest() {
  run({"stop"});
}

Ran CliTest::run(const std::vector<std::string>& arguments, const RunOptions& options) const {
  const Pipe out(options.on_terminal);
  const Pipe err(false);
  const pid_t pid = launch(arguments, options, out.write_end, err.write_end);
  close(out.write_end);
  close(err.write_end);
  Ran ran;
  std::thread reader([&] { ran.err = read_all(err.read_end); });
  ran.out = read_all(out.read_end);
  ran.code = wait_for(pid);
  reader.join();
  close(out.read_end);
  close(err.read_end);
  return ran;
}

std::unique_ptr<Running> CliTest::start(const std::vector<std::string>& arguments) const {
  const Pipe out(false);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  const pid_t pid = launch(arguments, {}, out.write_end, nowhere);
  close(out.write_end);
  close(nowhere);
  return std::make_unique<Running>(pid, out.read_end);
}

void CliTest::index() const {
  const Ran ran = run({"index"});
  EXPECT_EQ(ran.code, 0) << ran.err;
}

pid_t CliTest::launch(const std::vector<std::string>& arguments, const RunOptions& options, int out,
                      int err) const {
  std::vector<std::string> words{options.program.empty() ? "deltagraph" : options.program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const bool other = options.as_nobody && geteuid() == 0;
  std::vector<std::string> environment{
      "PATH=/usr/local/bin:/usr/bin:/bin", "TERM=xterm", "HOME=" + home_.root().string(),
      "XDG_RUNTIME_DIR=" + (other ? nobodys_ : home_).root().string()};
  if (const char* sanitizer = std::getenv("ASAN_OPTIONS"))
    environment.push_back(std::string("ASAN_OPTIONS=") + sanitizer);
  for (const std::string& each : options.environment) {
    const std::string name = each.substr(0, each.find('=') + 1);
    std::erase_if(environment, [&](const std::string& own) { return own.starts_with(name); });
    environment.push_back(each);
  }
  std::vector<char*> argv, envp;
  for (std::string& word : words) argv.push_back(word.data());
  for (std::string& each : environment) envp.push_back(each.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  const std::string cwd = options.cwd.empty() ? root() : options.cwd;
  // Opened here: another user may not be able to reach the build folder.
  const std::string path = options.program.empty() ? DELTAGRAPH_PROGRAM : options.program;
  const int program = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_GE(program, 0) << path;

  const pid_t pid = fork();
  EXPECT_GE(pid, 0);
  if (pid == 0) {
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(out, 1);
    dup2(err, 2);
    if (chdir(cwd.c_str()) != 0) _exit(126);
    if (other && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) _exit(126);
    if (options.full_beyond != 0 && !fill_disk_beyond(options.full_beyond)) _exit(126);
    fexecve(program, argv.data(), envp.data());
    _exit(127);
  }
  close(program);
  return pid;
}

}  // namespace dg
