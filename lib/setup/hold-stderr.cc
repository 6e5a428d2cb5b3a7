// A Node addon that holds back what a native library prints on stderr, past Node, while it is loaded.
#include <node_api.h>

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace {

int original = -1;
FILE* held = nullptr;
struct sigaction formerAbort;

// A library that ends the process while it is loaded has said why.
void tellAndAbort(int) {
  char bytes[4096];
  lseek(2, 0, SEEK_SET);
  for (ssize_t count; (count = read(2, bytes, sizeof bytes)) > 0;) {
    if (write(original, bytes, count) < 0) break;
  }
  signal(SIGABRT, SIG_DFL);
  raise(SIGABRT);
}

napi_value hold(napi_env, napi_callback_info) {
  if (held) return nullptr;
  std::fflush(stderr);
  original = fcntl(2, F_DUPFD_CLOEXEC, 3);
  held = original < 0 ? nullptr : std::tmpfile();
  if (held && dup2(fileno(held), 2) < 0) {
    std::fclose(held);
    held = nullptr;
  }
  if (!held) {
    if (original >= 0) close(original);
    return nullptr;
  }
  struct sigaction action = {};
  action.sa_handler = tellAndAbort;
  sigaction(SIGABRT, &action, &formerAbort);
  return nullptr;
}

napi_value release(napi_env env, napi_callback_info) {
  std::string text;
  if (held) {
    std::fflush(stderr);
    sigaction(SIGABRT, &formerAbort, nullptr);
    dup2(original, 2);
    close(original);
    std::rewind(held);
    char bytes[4096];
    for (size_t count; (count = std::fread(bytes, 1, sizeof bytes, held)) > 0;) text.append(bytes, count);
    std::fclose(held);
    held = nullptr;
  }
  napi_value result;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}

napi_value init(napi_env env, napi_value exports) {
  napi_property_descriptor functions[] = {
      {"hold", nullptr, hold, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"release", nullptr, release, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, 2, functions);
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
