// The body of PUT /v1/receivers/{name} as a wish: see the header.
#include "control/api/wish.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/body.hpp"

namespace control::api {

namespace {

// Those about the body first, then those about a scenario that stands elsewhere.
std::vector<Problem> join(
    const std::vector<base::Diagnostic>& body,
    const std::vector<base::Diagnostic>& elsewhere,
    base::Severity severity
) {
  auto out = problems_of(body, severity, "");
  for (const auto& diagnostic : elsewhere) {
    if (diagnostic.severity == severity) out.push_back(to_problem(diagnostic, diagnostic.file));
  }
  return out;
}

}  // namespace

Answer<WishInBody> wish_of(Api& api, const Call& call) {
  const std::string& name = call.variables.front();
  if (!is_plain_name(name)) {
    return refuse(
        Fault::invalid,
        {call.request.path,
         fmt::format("'{}' is no name for a receiver", base::printable(name, 80)),
         std::string(kPlainNameHint)}
    );
  }
  const WishTerms terms{
      [&api](std::string_view scenario) { return api.library.find(scenario); }, api.open};
  std::vector<base::Diagnostic> elsewhere;
  auto wish = read_wish(*call.body, name, "the body", terms, *call.findings, elsewhere);
  const auto findings = call.findings->take();
  if (!wish) {
    return tl::unexpected(ApiError{Fault::invalid, join(findings, elsewhere, base::Severity::error)}
    );
  }
  return WishInBody{std::move(*wish), join(findings, elsewhere, base::Severity::warning)};
}

std::vector<MemberDoc> put_receiver_members() {
  return members_of(wish_keys());
}

}  // namespace control::api
