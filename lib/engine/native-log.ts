// TensorFlow's C++ parts tell on stderr, past every setting, what hardware they found and which options are on.
const chatter =
  /^(WARNING: All log messages before absl::InitializeLog\(\)|[IW]\d{4} \d\d:\d\d:[\d.]+ |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IW] )/;

/** Lines of text without what a native library tells about itself; its errors stay. */
export function withoutNativeLog(text: string): string {
  const lines = text.split("\n");
  return lines.filter((line) => !chatter.test(line)).join("\n");
}
