#!/usr/bin/env bash
# Installs Debian's chromium: headless browser tests use it, and the tests of the `webgpu` backend use the SwiftShader
# Vulkan driver and the Vulkan loader that it brings (vk_swiftshader_icd.json, libvulkan.so.1 in /usr/lib/chromium).
#
# usage: tools/install-chromium.sh      (as root, on Debian)
#
# Running it again does nothing.
set -euo pipefail

if [ -f /usr/lib/chromium/vk_swiftshader_icd.json ]; then
  echo "install-chromium: chromium is already in /usr/lib/chromium"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "install-chromium: needs apt-get; elsewhere install chromium or Chrome yourself" >&2
  exit 1
fi
log="$(mktemp)"
if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium; } >"$log" 2>&1; then
  tail -n 5 "$log" >&2
  echo "install-chromium: apt-get failed (see $log)" >&2
  exit 1
fi
rm -f "$log"
echo "install-chromium: chromium installed in /usr/lib/chromium"
