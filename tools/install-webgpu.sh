#!/usr/bin/env bash
# Installs the `webgpu` package (Dawn for Node) beside the workspace, for the tests of the `webgpu` backend.
#
# usage: tools/install-webgpu.sh [DIRECTORY]      (default: .cache/webgpu in the repository)
#
# It is no dependency of the workspace because it carries the binaries of all platforms (130 MB), which a newcomer's
# `npm install` should not wait for. Without a GPU the tests run it on SwiftShader: see tools/install-chromium.sh.
# Running it again does nothing.
set -euo pipefail

webgpu_version=0.6.2

here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
directory="${1:-$here/.cache/webgpu}"
stamp="$directory/installed"
wanted="webgpu $webgpu_version"

if [ -d "$directory/node_modules/webgpu" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  echo "install-webgpu: $wanted is already in $directory"
  exit 0
fi
rm -f "$stamp"
mkdir -p "$directory"
# Only what this script makes is ignored, so no entry in the repository's own .gitignore is needed.
echo '*' >"$directory/.gitignore"
log="$directory/install.log"
echo '{ "name": "webgpu-for-tests", "private": true }' >"$directory/package.json"
# Its install script only clears a quarantine flag on macOS.
if ! npm install --prefix "$directory" --ignore-scripts --no-audit --no-fund --workspaces=false "webgpu@$webgpu_version" >"$log" 2>&1; then
  echo "install-webgpu: npm install failed (see $log)" >&2
  exit 1
fi
echo "$wanted" >"$stamp"
echo "install-webgpu: $wanted installed in $directory"
