#!/usr/bin/env bash
# Lint, types and every test, with the environment whose folder is the one argument.
# On Debian and as root it installs the browser that is missing; elsewhere it says what is left out.
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

if [ -z "${DESK_TEST_BROWSER:-}" ]; then
  if ! find_browser >/dev/null && may_install; then
    echo "Installing Chromium for the browser tests."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      --no-install-recommends chromium fonts-dejavu-core >/dev/null
  fi
  DESK_TEST_BROWSER=$(find_browser)
fi
if [ -n "$DESK_TEST_BROWSER" ]; then
  export DESK_TEST_BROWSER
else
  unset DESK_TEST_BROWSER
  left_out="the browser tests (tests/browser): Chromium is not installed"
fi

step() { # step NAME COMMAND...: goes on after a failure, so that one run tells all
  local name=$1
  shift
  echo "== $name"
  "$@" || failed="$failed $name"
}

step check "${MAKE:-make}" --no-print-directory --keep-going check VENV="$venv"
step tests "$venv/bin/pytest" tests --ignore=tests/browser --ignore=tests/bench
# A process of its own: a synchronous browser test would break the event loop of those after it.
[ -n "$left_out" ] || step browser-tests "$venv/bin/pytest" tests/browser

[ -z "$left_out" ] || echo "LEFT OUT: $left_out."
if [ -n "$failed" ]; then
  echo "FAILED:$failed" >&2
  exit 1
fi
echo "All that ran passed."
