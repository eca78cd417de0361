// OpenSSL's objects with owners, and its error queue as our errors. For the files of tls/ alone: no
// header that others include may include this one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/result.hpp"

namespace tls {

template <auto function>
struct FreedBy {
  template <typename T>
  void operator()(T* object) const {
    function(object);
  }
};

using BioPtr = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;

// Every entry of this thread's error queue, oldest first, in one line; the queue is empty then.
[[nodiscard]] inline std::string take_errors() {
  std::string text;
  while (const unsigned long code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    if (!text.empty()) text += "; ";
    text += reason != nullptr ? reason : "unnamed error " + std::to_string(code);
  }
  return text.empty() ? "no reason given" : text;
}

// "cannot make a key: ..." out of the error queue.
[[nodiscard]] inline tl::unexpected<base::Error> openssl_failure(
    std::string_view what, std::string hint = {}
) {
  return base::failure("cannot " + std::string(what) + ": " + take_errors(), std::move(hint));
}

}  // namespace tls
