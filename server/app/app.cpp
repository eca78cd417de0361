// Dispatch from the command line to the commands.
#include "app/app.hpp"

#include <type_traits>
#include <variant>

#include "app/catalogue.hpp"
#include "app/cli.hpp"
#include "app/commands.hpp"
#include "app/health.hpp"
#include "app/running.hpp"
#include "app/serve.hpp"
#include "app/test_command.hpp"
#include "app/verify_command.hpp"

namespace app {

namespace {

// One overload per command.
struct Runner {
  std::ostream& out;
  std::ostream& err;

  int operator()(const Serve& options) const { return serve(options, out, err); }

  int operator()(const Test& options) const { return test(options, out, err); }

  int operator()(const Verify& options) const { return verify(options, out, err); }

  int operator()(const Check& options) const {
    return check(options, Catalogue(shipped::scenarios()), out, err);
  }

  int operator()(const List& options) const {
    return with_folder(options.scenarios, [&](const auto& all) {
      return list(options, all, out, err);
    });
  }

  int operator()(const Show& options) const {
    return with_folder(options.scenarios, [&](const auto& all) {
      return show(options, all, out, err);
    });
  }

  int operator()(const Schema& /*options*/) const { return schema(out); }

  int operator()(const Health& options) const { return health(options, out, err); }

  int operator()(const Help& options) const { return help(options, out, err); }

  // Calls `then` with the shipped scenarios and those of the folder, if one is given.
  template <typename Then>
  int with_folder(const std::string& folder, Then then) const {
    const auto catalogue = scenarios_with(folder, err);
    return catalogue ? then(*catalogue) : kBadUsage;
  }
};

}  // namespace

int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  const auto line = parse(arguments);
  out << line.out;
  err << line.err;
  const int status = line.command ? std::visit(Runner{out, err}, *line.command) : line.status;
  // Whoever reads what `serve` prints may leave while it runs; all else is for its output.
  if (line.command && std::holds_alternative<Serve>(*line.command)) return status;
  out.flush();
  if (out || status != kDone) return status;
  err << "failmx: cannot write to standard output\n";
  return kFailed;
}

}  // namespace app
