// A question that nobody has put over SMTP: read from the body of a request, and made into what the
// rules are asked. Called from the control thread alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ip.hpp"
#include "base/stage.hpp"
#include "control/routes.hpp"
#include "receiver/receiver.hpp"
#include "scenario/decide.hpp"
#include "smtp/message.hpp"
#include "smtp/session.hpp"

namespace control::api {

struct Asked {
  std::shared_ptr<receiver::Receiver> receiver{};
  base::Stage stage = base::Stage::rcpt;
  std::optional<std::string> sender{};  // the null sender is empty
  std::vector<std::string> recipients{};
  base::IpAddress client{};
  std::string ehlo = "client.test";
  std::uint64_t size = 0;
  std::string headers{};  // as a header section
  std::vector<smtp::Parameter> parameters{};
};

// All that is wrong with the body, or the question.
[[nodiscard]] Answer<Asked> asked_in(Api& api, const Call& call);
[[nodiscard]] std::vector<MemberDoc> asked_members();

// The question as the rules see it. The views in it are into itself and into the Asked that it was
// made of, so it stays where it is.
struct Imagined {
  smtp::Envelope envelope{};
  smtp::Message message{};
  std::vector<journal::DeliveryRef> deliveries{};
  std::string client{};
  scenario::Query query{};
  scenario::Placeholders values{};
  smtp::Reply normal{};  // what a healthy server says

  Imagined() = default;
  Imagined(const Imagined&) = delete;
  Imagined& operator=(const Imagined&) = delete;
};

[[nodiscard]] std::unique_ptr<Imagined> imagine(
    const Asked& asked, const receiver::Edition& edition, const receiver::Receiver::Moment& moment
);

}  // namespace control::api
