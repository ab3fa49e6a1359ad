#!/usr/bin/env bash
# Lint, types and every test, with the environment whose folder is the one argument.
# On Debian and as root it installs the browser and the PostgreSQL that are missing; elsewhere it
# says what is left out.
set -uo pipefail
venv=$1
left_out=""
failed=""

find_browser() {
  local name
  for name in chromium chromium-browser google-chrome; do
    command -v "$name" && return
  done
  return 1
}

may_install() {
  [ "$(id -u)" = 0 ] && grep -qx 'ID=debian' /etc/os-release 2>/dev/null && command -v apt-get >/dev/null
}

apt_install() {
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "$@" >/dev/null
}

has_postgresql() { # where tests/postgres.py looks
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null
}

install_postgresql() { # without the server that Debian would make and start: tests bring their own
  local none=/etc/postgresql-common/createcluster.d/desk-tests.conf
  apt_install postgresql-common && mkdir -p "${none%/*}" && echo "create_main_cluster = false" >"$none" &&
    apt_install postgresql
  rm -f "$none"
}

if ! has_postgresql && may_install; then
  echo "Installing PostgreSQL for the tests."
  install_postgresql
fi
has_postgresql || left_out+="LEFT OUT: every test's run on PostgreSQL: it is not installed."$'\n'

if [ -z "${DESK_TEST_BROWSER:-}" ]; then
  if ! find_browser >/dev/null && may_install; then
    echo "Installing Chromium for the browser tests."
    apt_install chromium fonts-dejavu-core
  fi
  DESK_TEST_BROWSER=$(find_browser)
fi
if [ -n "$DESK_TEST_BROWSER" ]; then
  export DESK_TEST_BROWSER
else
  unset DESK_TEST_BROWSER
  left_out+="LEFT OUT: the browser tests (tests/browser): Chromium is not installed."$'\n'
fi

step() { # step NAME COMMAND...: goes on after a failure, so that one run tells all
  local name=$1
  shift
  echo "== $name"
  "$@" || failed="$failed $name"
}

step check "${MAKE:-make}" --no-print-directory --keep-going check VENV="$venv"
step tests "$venv/bin/pytest" -n auto --maxprocesses=8 tests --ignore=tests/browser --ignore=tests/bench
# A process of its own: a synchronous browser test would break the event loop of those after it.
[ -z "${DESK_TEST_BROWSER:-}" ] || step browser-tests "$venv/bin/pytest" -n 2 --dist loadfile tests/browser

printf '%s' "$left_out"
if [ -n "$failed" ]; then
  echo "FAILED:$failed" >&2
  exit 1
fi
echo "All that ran passed."
