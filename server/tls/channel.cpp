#include "tls/channel.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "tls/failure.hpp"
#include "tls/openssl.hpp"

namespace tls {

namespace {

constexpr std::size_t kFirstOctets = SSL3_RT_HEADER_LENGTH;  // OpenSSL judges by as many
constexpr std::size_t kRecord = SSL3_RT_MAX_PLAIN_LENGTH;
constexpr std::size_t kSpareCapacity = 32 * 1024;  // what an idle buffer may keep

// What was used goes; a buffer that is used up gives back what a burst made it grow to.
void drop(std::string& buffer, std::size_t& used) {
  if (used == 0) return;
  buffer.erase(0, used);
  used = 0;
  if (buffer.empty() && buffer.capacity() > kSpareCapacity) std::string().swap(buffer);
}

long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

}  // namespace

// OpenSSL reads from the octets that received() was given and writes to output_.
const BIO_METHOD* Channel::method() {
  using MethodPtr = std::unique_ptr<BIO_METHOD, FreedBy<BIO_meth_free>>;
  static const MethodPtr method = [] {
    MethodPtr made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "channel"));
    BIO_meth_set_read_ex(made.get(), read_bio);
    BIO_meth_set_write_ex(made.get(), write_bio);
    BIO_meth_set_ctrl(made.get(), control);
    return made;
  }();
  return method.get();
}

int Channel::read_bio(BIO* bio, char* to, std::size_t room, std::size_t* got) {
  auto& self = *static_cast<Channel*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  *got = std::min(room, self.ciphertext_.size());
  if (*got == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  std::memcpy(to, self.ciphertext_.data(), *got);
  self.ciphertext_.remove_prefix(*got);
  return 1;
}

int Channel::write_bio(BIO* bio, const char* from, std::size_t size, std::size_t* taken) {
  auto& self = *static_cast<Channel*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  self.output_.append(from, size);
  self.answered_ = true;
  *taken = size;
  return 1;
}

Channel::Channel(ContextPtr context)
    : context_(std::move(context)), ssl_(SSL_new(context_->ssl.get()), SSL_free) {
  BIO* const bio = ssl_ ? BIO_new(method()) : nullptr;
  if (bio == nullptr) {
    fail("cannot begin a handshake: " + take_errors());
    return;
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);  // owned by ssl_
  SSL_set_app_data(ssl_.get(), &hello_);
  SSL_set_accept_state(ssl_.get());
}

Channel::~Channel() = default;

bool Channel::wants_input() const {
  const bool hears = state_ == State::handshaking || state_ == State::open;
  return hears && input().size() < kUnread && output().size() < kUnsent;
}

void Channel::received(std::string_view ciphertext) {
  assert(wants_input() && ciphertext.size() <= kBatch);
  if (first_octets_.size() < kFirstOctets) {
    first_octets_ += ciphertext.substr(0, kFirstOctets - first_octets_.size());
  }
  drop(input_, taken_);
  drop(output_, sent_);
  ciphertext_ = ciphertext;
  advance();
  // What follows a close_notify or a failure is no part of the connection (RFC 8446 6.1).
  ciphertext_ = {};
}

void Channel::advance() {
  if (state_ == State::handshaking) shake_hands();
  if (state_ == State::open) decrypt();
}

void Channel::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return stopped(result);
  state_ = State::open;
}

void Channel::decrypt() {
  std::array<char, kRecord> record;
  while (state_ == State::open) {
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_read_ex(ssl_.get(), record.data(), record.size(), &size);
    if (result != 1) return stopped(result);
    input_.append(record.data(), size);
  }
}

// A call came back without having done its work.
void Channel::stopped(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return;  // all octets are used
    case SSL_ERROR_ZERO_RETURN:
      close_notify_seen_ = true;
      if (state_ == State::handshaking) return fail("the client ended the handshake: close notify");
      state_ = State::closed_by_peer;
      return;
    default: break;
  }
  const Circumstances circumstances{
      *context_, hello_, first_octets_, state_ == State::handshaking, answered_};
  fail(explain(ERR_peek_error(), circumstances));
}

void Channel::fail(std::string why) {
  state_ = State::failed;
  error_ = std::move(why);
  ERR_clear_error();
}

void Channel::left() {
  if (state_ == State::open) state_ = State::closed_by_peer;
  if (state_ != State::handshaking) return;
  fail(explain_leaving({*context_, hello_, first_octets_, true, answered_}));
}

std::string_view Channel::input() const {
  return std::string_view(input_).substr(taken_);
}

void Channel::take(std::size_t octets) {
  assert(octets <= input().size());
  taken_ += octets;
  if (taken_ == input_.size()) drop(input_, taken_);
}

std::size_t Channel::write(std::string_view plaintext) {
  const bool speaks = state_ == State::open || state_ == State::closed_by_peer;
  if (!speaks || closed_ || plaintext.empty() || output().size() >= kUnsent) return 0;
  drop(output_, sent_);
  std::size_t room = std::min(plaintext.size(), kUnsent - output_.size());
  std::size_t written = 0;
  while (room > 0) {
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_write_ex(ssl_.get(), plaintext.data() + written, room, &size);
    if (result != 1) {
      stopped(result);
      break;
    }
    written += size;
    room -= size;
  }
  return written;
}

std::string_view Channel::output() const {
  return std::string_view(output_).substr(sent_);
}

void Channel::wrote(std::size_t octets) {
  assert(octets <= output().size());
  sent_ += octets;
  if (sent_ == output_.size()) drop(output_, sent_);
}

void Channel::close() {
  const bool speaks = state_ == State::open || state_ == State::closed_by_peer;
  if (!speaks || closed_) return;
  closed_ = true;
  if (!context_->handshake.close_notify) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

wire::TlsFacts Channel::facts() const {
  wire::TlsFacts facts{
      .sni = hello_.sni,
      .alpn = hello_.alpn,
      .certificate = context_->handshake.certificate,
      .begun = hello_.seen};
  if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) {
    facts.version = name_of(version_of(SSL_version(ssl_.get())));
    facts.cipher = SSL_get_cipher_name(ssl_.get());
  }
  return facts;
}

}  // namespace tls
