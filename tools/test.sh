#!/usr/bin/env bash
# Lint, types and every test, with the environment whose folder is the one argument.
# On Debian and as root it installs the programs that are missing; elsewhere it says what is left out.
set -uo pipefail
venv=$1
missing=()
failed=""

has() { command -v "$1" >/dev/null; }

browser() {
  local name
  for name in chromium chromium-browser google-chrome; do
    command -v "$name" && return
  done
  return 1
}

has_chromium() { [ -n "${DESK_TEST_BROWSER:-}" ] || browser >/dev/null; }
has_firefox() { has firefox-esr || has firefox; } # where tests/browser/firefox.py looks
has_postgresql() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || has initdb; } # tests/postgres.py
has_coturn() { has turnserver; }
has_redis() { has redis-server; } # tests/broker.py
has_certutil() { has certutil; } # makes a browser trust the tests' relay
has_pulseaudio() { has pulseaudio && has pactl; }
has_link() { has ip && has iptables; } # tests/link/namespaces.py makes networks with them

# What tests need: how it is found, its Debian packages, and what cannot be tried without it.
NEEDS="
has_postgresql|postgresql|every test's run on PostgreSQL
has_coturn|coturn|the tests with a relay
has_redis|redis-server|the test of two servers that share their news
has_chromium|chromium fonts-dejavu-core|the browser tests (tests/browser)
has_firefox|firefox-esr|the browser tests with Firefox
has_certutil|libnss3-tools|the calls through a relay by TLS
has_pulseaudio|pulseaudio pulseaudio-utils|the test that unplugs a microphone
has_link|iproute2 iptables|the tests across a shaped link
"

may_install() {
  [ "$(id -u)" = 0 ] && grep -qx 'ID=debian' /etc/os-release 2>/dev/null && has apt-get
}

install() { # install PACKAGE...: without the servers that Debian would make and start
  local none=/etc/postgresql-common/createcluster.d/desk-tests.conf
  echo "Installing for the tests: $*"
  mkdir -p "${none%/*}" && echo "create_main_cluster = false" >"$none"
  apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "$@" >/dev/null
  rm -f "$none"
}

while IFS='|' read -r found packages _; do
  # shellcheck disable=SC2206
  [ -z "$found" ] || "$found" || missing+=($packages)
done <<<"$NEEDS"
[ ${#missing[@]} = 0 ] || ! may_install || install "${missing[@]}"
if DESK_TEST_BROWSER=${DESK_TEST_BROWSER:-$(browser)}; then
  export DESK_TEST_BROWSER
fi

step() { # step NAME COMMAND...: goes on after a failure, so that one run tells all
  local name=$1
  shift
  echo "== $name"
  "$@" || failed="$failed $name"
}

step scripts node --test tests/scripts/*.test.js
step tests "$venv/bin/pytest" -n auto --maxprocesses=8 --dist loadgroup tests --ignore=tests/browser --ignore=tests/bench
# Browsers wait for pictures and networks half of the time: lint and types are looked at meanwhile.
report=$(mktemp)
nice -n 19 "${MAKE:-make}" --no-print-directory --keep-going check VENV="$venv" >"$report" 2>&1 &
checking=$!
# A process of its own: a synchronous browser test would break the event loop of those after it. The
# longest file comes first (tests/browser/conftest.py), so that none is left alone at the end.
! has_chromium || step browser-tests "$venv/bin/pytest" -n 2 --dist loadfile --no-loadscope-reorder tests/browser
wait "$checking" || failed="$failed check"
echo "== check"
cat "$report"
rm "$report"

while IFS='|' read -r found _ tests; do
  [ -z "$found" ] || "$found" || echo "LEFT OUT, because a program is not installed: $tests."
done <<<"$NEEDS"
! has_link || lacking=$("$venv/bin/python" -c 'from tests.link.namespaces import missing; print(missing() or "")')
[ -z "${lacking:-}" ] || echo "LEFT OUT: the tests across a shaped link: $lacking."
if [ -n "$failed" ]; then
  echo "FAILED:$failed" >&2
  exit 1
fi
echo "All that ran passed."
