#!/usr/bin/env bash
# Puts the node cases of a newer release of the ONNX project than Debian stable has into a folder, for the conformance tests:
#     build/node-cases.sh [DIR]        (default: artifacts/node-cases, where the tests look)
# They come from Debian's package libonnx-testdata of sid, else of trixie, unpacked and not installed; where there is no apt, from the
# wheel `onnx` of PyPI, whose own command generates them. `CIM_NODE_CASES=DIR dotnet test ...` names another folder. Nothing is committed.
set -uo pipefail
# A release is named: the next one may have cases that nobody has looked at, and a test must not fail for what others publish.
release=1.20
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${1:-$root/artifacts/node-cases}
[ -d "$target/test_abs" ] && { echo "$target has $(find "$target" -maxdepth 1 -name 'test_*' | wc -l) cases already"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A package list of its own, so that the machine's is left as it is.
from_debian() { # release
  command -v apt-get > /dev/null && [ -f /usr/share/keyrings/debian-archive-keyring.gpg ] || return 1
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $1 main" > "$work/sources.list"
  cat > "$work/apt.conf" << CONF
Dir::State::lists "$work/lists";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
CONF
  (export APT_CONFIG="$work/apt.conf"
    cd "$work" && timeout 120 apt-get update -qq \
      && timeout 120 apt-get download -qq "libonnx-testdata=$release*") > /dev/null 2>&1 || return 1
  dpkg-deb -x "$work"/libonnx-testdata_*.deb "$work/package" && mv "$work/package/usr/share/libonnx-testdata/data/node" "$work/node"
}

from_wheel() {
  python3 -m venv "$work/venv" > /dev/null 2>&1 || return 1
  timeout 120 "$work/venv/bin/pip" install --quiet --retries 0 "onnx==$release.*" > /dev/null 2>&1 || return 1
  "$work/venv/bin/python" -m onnx.backend.test.cmd_tools generate-data -o "$work/data" > /dev/null 2>&1 && mv "$work/data/node" "$work/node"
}

if from_debian sid || from_debian trixie || from_wheel; then
  mkdir -p "$(dirname "$target")" && rm -rf "$target" && mv "$work/node" "$target"
  echo "$(find "$target" -maxdepth 1 -name 'test_*' | wc -l) cases in $target"
else
  echo "node-cases.sh: release $release can be had neither from Debian nor from PyPI;" \
    "only the set of the installed libonnx-testdata is tested" >&2
  exit 1
fi
