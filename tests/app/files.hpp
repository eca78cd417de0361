// A folder of its own for a test, with files in it; gone when the test is over.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace app {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "failmx-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }

  ~Folder() { std::filesystem::remove_all(path_); }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] std::string in(std::string_view name) const {
    return path_ + "/" + std::string(name);
  }

  // Writes a file and gives its path.
  std::string write(std::string_view name, std::string_view text) const {
    std::ofstream(in(name), std::ios::binary) << text;
    return in(name);
  }

  [[nodiscard]] std::string read(std::string_view name) const {
    std::ostringstream text;
    text << std::ifstream(in(name), std::ios::binary).rdbuf();
    return text.str();
  }

 private:
  std::string path_;
};

}  // namespace app
