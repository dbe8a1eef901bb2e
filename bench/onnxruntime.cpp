#include "onnxruntime.hpp"

#include <csignal>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

namespace bench {

onnxruntime::onnxruntime(const std::string& script, const std::string& folder, int threads)
    : folder_(folder) {
  int there[2], back[2];
  if (pipe(there) != 0 || pipe(back) != 0) throw std::runtime_error("no pipe to ONNX Runtime");
  std::signal(SIGPIPE, SIG_IGN);
  const std::string count = std::to_string(threads);
  child_ = fork();
  if (child_ < 0) throw std::runtime_error("no process for ONNX Runtime");
  if (child_ == 0) {
    dup2(there[0], STDIN_FILENO);
    dup2(back[1], STDOUT_FILENO);
    for (int end : {there[0], there[1], back[0], back[1]}) close(end);
    execlp("node", "node", script.c_str(), folder.c_str(), count.c_str(), nullptr);
    _exit(127);
  }
  close(there[0]);
  close(back[1]);
  to_ = fdopen(there[1], "w");
  from_ = fdopen(back[0], "r");
  std::ostringstream version;
  for (const char* dot = ""; double part : ask("version")) version << dot << part, dot = ".";
  version_ = version.str();
}

onnxruntime::~onnxruntime() {
  std::fclose(to_);
  std::fclose(from_);
  waitpid(child_, nullptr, 0);
}

std::vector<double> onnxruntime::ask(const std::string& line) {
  std::fputs((line + "\n").c_str(), to_);
  std::fflush(to_);
  std::string answer;
  for (int c; (c = std::fgetc(from_)) != EOF && c != '\n';) answer += static_cast<char>(c);
  if (!answer.starts_with("ok"))
    throw std::runtime_error("ONNX Runtime: " + (answer.empty() ? "it ended" : answer));
  std::istringstream numbers(answer.substr(2));
  return {std::istream_iterator<double>(numbers), {}};
}

std::vector<float> onnxruntime::load(const std::string& name, std::span<const float> input,
                                     double& first_run) {
  const std::string path = folder_ + "/" + name;
  std::ofstream file(path + ".input.f32", std::ios::binary);
  file.write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size_bytes()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path + ".input.f32");
  file.close();
  const std::vector<double> answer = ask("load " + name);
  first_run = answer.at(0) / 1e6;
  std::vector<float> output(static_cast<std::size_t>(answer.at(1)));
  std::ifstream(path + ".output.f32", std::ios::binary)
      .read(reinterpret_cast<char*>(output.data()),
            static_cast<std::streamsize>(output.size() * sizeof(float)));
  return output;
}

void onnxruntime::block(const std::string& name, long count, std::vector<double>& seconds) {
  for (double us : ask("run " + name + " " + std::to_string(count))) seconds.push_back(us / 1e6);
}

double onnxruntime::processor_seconds() const {
  clockid_t clock;
  timespec time;
  if (clock_getcpuclockid(child_, &clock) != 0 || clock_gettime(clock, &time) != 0)
    throw std::runtime_error("ONNX Runtime: it ended");
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace bench
