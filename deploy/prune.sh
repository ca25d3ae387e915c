#!/bin/sh
# Deletes below node_modules and packages what is never read at run time: declarations, source maps, documentation,
# sources and tests, and with a second argument (amd64 or arm64) the binaries of all other platforms.
#   prune.sh FOLDER [ARCHITECTURE]
set -eu

cd "$1"
case "${2-}" in
  "") keep= ;;
  amd64) keep=linux-x64 ;;
  *) keep="linux-$2" ;;
esac

find node_modules -type f \
  \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.md' \) -delete
if [ -n "$keep" ]; then
  find node_modules -type d -path '*/prebuilds/*' -prune ! -name "$keep" -exec rm -rf {} +
  rm -rf node_modules/@photostructure/sqlite/src
fi
rm -rf packages/testkit packages/*/src packages/*/test
find packages -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.tsbuildinfo' \) -delete
