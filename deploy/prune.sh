#!/bin/sh
# Deletes below node_modules and packages what is never read at run time: declarations, source maps, documentation,
# sources and tests, and binaries of other platforms than this one.
#   prune.sh FOLDER
set -eu

cd "$1"
platform=$(node -p 'process.platform + "-" + process.arch')

find node_modules -type f \
  \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.md' \) -delete
find node_modules -type d -path '*/prebuilds/*' -prune ! -name "$platform" -exec rm -rf {} +
rm -rf node_modules/@photostructure/sqlite/src
rm -rf packages/testkit packages/*/src packages/*/test
find packages -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.tsbuildinfo' \) -delete
