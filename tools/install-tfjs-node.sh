#!/usr/bin/env bash
# Makes @tensorflow/tfjs-node usable without its own downloads, for the tests of the `node` backend.
#
# usage: tools/install-tfjs-node.sh [DIRECTORY]      (default: .cache/tfjs-node in the repository)
#
# The package's install script fetches libtensorflow and a prebuilt addon from a host that many networks block. Here the
# shared libraries and headers come from the `tensorflow-cpu` wheel of the Python registry, and the addon is compiled
# against the headers in `node-api-headers`. It is an N-API addon: one build serves Node 20, 22 and 24.
# Linux only; needs npm, g++ and python3 with pip. Takes about 1 GB of disk. Running it again does nothing.
set -euo pipefail

tensorflow_version=2.21.0
tfjs_node_version=4.22.0
node_api_headers_version=1

here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
directory="${1:-$here/.cache/tfjs-node}"
package="$directory/node_modules/@tensorflow/tfjs-node"
addon="$package/lib/napi-v8/tfjs_binding.node"
stamp="$directory/installed"
wanted="tfjs-node $tfjs_node_version, tensorflow-cpu $tensorflow_version"

if [ -f "$addon" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  echo "install-tfjs-node: $wanted is already in $directory"
  exit 0
fi
fail() {
  echo "install-tfjs-node: $1" >&2
  exit 1
}
[ "$(uname -s)" = Linux ] || fail "this recipe is for Linux; elsewhere use: npm install @tensorflow/tfjs-node"
for tool in npm g++ python3; do
  command -v "$tool" >/dev/null || fail "needs $tool"
done

rm -f "$stamp"
mkdir -p "$directory"
# Only what this script makes is ignored, so no entry in the repository's own .gitignore is needed.
echo '*' >"$directory/.gitignore"
log="$directory/install.log"
: >"$log"
run() { "$@" >>"$log" 2>&1 || fail "failed: $* (see $log)"; }

echo '{ "name": "tfjs-node-for-tests", "private": true }' >"$directory/package.json"
run npm install --prefix "$directory" --ignore-scripts --no-audit --no-fund --workspaces=false \
  "@tensorflow/tfjs-node@$tfjs_node_version" "node-api-headers@$node_api_headers_version"
# One copy of TensorFlow.js in the process: without these the repository's own copy is found, further up.
find "$directory/node_modules/@tensorflow" -mindepth 1 -maxdepth 1 ! -name tfjs-node -exec rm -rf {} +

run python3 -m venv "$directory/venv"
run "$directory/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "tensorflow-cpu==$tensorflow_version"
tensorflow="$(echo "$directory"/venv/lib/python3*/site-packages/tensorflow)"
[ -f "$tensorflow/libtensorflow_cc.so.2" ] || fail "the tensorflow-cpu wheel has no libtensorflow_cc.so.2"

mkdir -p "$package/deps/lib" "$package/lib/napi-v8"
ln -sfn "$tensorflow/include" "$package/deps/include"
ln -sf "$tensorflow/libtensorflow_cc.so.2" "$package/deps/lib/libtensorflow_cc.so.2"
ln -sf "$tensorflow/libtensorflow_cc.so.2" "$package/deps/lib/libtensorflow.so"
ln -sf "$tensorflow/libtensorflow_framework.so.2" "$package/deps/lib/libtensorflow_framework.so.2"
ln -sf "$tensorflow/libtensorflow_framework.so.2" "$package/deps/lib/libtensorflow_framework.so"

run g++ -std=c++17 -O2 -fPIC -shared -DNAPI_VERSION=8 -o "$addon" \
  -I"$package" -I"$package/deps/include" -I"$directory/node_modules/node-api-headers/include" \
  "$package/binding/tfjs_backend.cc" "$package/binding/tfjs_binding.cc" \
  -L"$package/deps/lib" -ltensorflow -ltensorflow_framework "-Wl,-rpath,\$ORIGIN/../../deps/lib"

run node -e "require('node:util').isNullOrUndefined ??= (value) => value == null; require('$package')"
echo "$wanted" >"$stamp"
echo "install-tfjs-node: $wanted installed in $directory"
