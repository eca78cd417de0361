# Shared by the scripts of this folder; sourced, never run.
# Messages go to standard error: standard output belongs to the program or the test that is run.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Boost is named with its version: Debian 12's default packages are 1.74, without JSON and URL.
build_packages=(
  cmake ninja-build g++ ccache mold python3
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  libfmt-dev libspdlog-dev libexpected-dev libcli11-dev libtomlplusplus-dev libre2-dev libxxhash-dev
  libssl-dev
)
test_packages=(
  catch2 librapidcheck-dev postfix swaks curl ca-certificates jq procps libxml2-utils dash
  python3-venv
  # Mail clients of others, and what looks at TLS.
  libnet-ssleay-perl msmtp php-cli libphp-phpmailer openssl testssl.sh
  # A network of one's own with a name server, and low ports without root.
  dnsmasq-base bind9-dnsutils iproute2 mount nftables libcap2-bin
  # Exim cannot be installed beside Postfix: what its program needs when taken out of the package.
  libnss-wrapper libdb5.3 libgnutls-dane0 libidn12 libidn2-0 libnsl2 libpcre2-8-0
)
# The languages of scripts/examples and of tests/e2e/clients: whatever is there already, from
# wherever, will do.
for tool in node:nodejs npm:npm go:golang-go javac:default-jdk-headless mvn:maven; do
  command -v "${tool%%:*}" >/dev/null || test_packages+=("${tool#*:}")
done
format_packages=(clang-format-14)
analysis_packages=(clang-14 clang-tidy-14 libclang-rt-14-dev llvm-14)

say() { printf '%s\n' "$*" >&2; }

die() {
  say "${0##*/}: $*"
  exit 2
}

# usage: the comment at the top of the calling script, for --help.
usage() { sed -n '2,${/^#/!q;s/^# \{0,1\}//;p}' "$0"; }

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "need root, or sudo, for: $*"
  fi
}

# missing_packages NAME...: those that are not installed.
missing_packages() {
  local name
  for name in "$@"; do
    if [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) != installed ]]; then
      printf '%s\n' "$name"
    fi
  done
}

# install_packages NAME...: asks apt only when something is missing, and starts no service.
install_packages() {
  local missing
  if ! command -v apt-get >/dev/null; then
    say "no apt-get here; going on, in the hope that these are there: $*"
    return
  fi
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  as_root bash -c '
    set -euo pipefail
    export DEBIAN_FRONTEND=noninteractive
    # A package that brings a service must not start it: answer "no" to all of them for a while.
    policy=/usr/sbin/policy-rc.d
    kept=
    if [[ -e $policy ]]; then
      kept=$(mktemp)
      cp -p "$policy" "$kept"
    fi
    restore() {
      if [[ $kept ]]; then mv "$kept" "$policy"; else rm -f "$policy"; fi
    }
    trap restore EXIT
    printf "#!/bin/sh\nexit 101\n" >"$policy"
    chmod 755 "$policy"
    apt-get -q update
    if [[ " $* " == *" postfix "* ]]; then
      debconf-set-selections <<<"postfix postfix/main_mailer_type select Local only"
      debconf-set-selections <<<"postfix postfix/mailname string localhost"
    fi
    apt-get -q -y --no-install-recommends install "$@"
    # Nor may it start with the machine.
    if [[ " $* " == *" postfix "* && -d /run/systemd/system ]]; then
      systemctl --quiet disable postfix || true
    fi
  ' install "${missing[@]}" >&2
}

# configure DIR -DNAME=VALUE...: runs CMake in DIR, unless it is configured with these values already.
configure() {
  local dir=$1 argument same=1
  shift
  for argument in "$@"; do
    argument=${argument#-D}
    grep -qs "^${argument%%=*}:[A-Z]*=${argument#*=}\$" "$dir/CMakeCache.txt" || same=0
  done
  if ((same)) && [[ -f $dir/build.ninja ]]; then return; fi
  say "configuring $dir"
  cmake -S "$top" -B "$dir" -G Ninja --log-level=WARNING "$@" >/dev/null
}

# build DIR TARGET...: standard error only, a few lines.
build() {
  local dir=$1
  shift
  cmake --build "$dir" --parallel "$(nproc)" --target "$@" >&2
}
