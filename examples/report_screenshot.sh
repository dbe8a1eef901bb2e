#!/bin/sh
# Draws the picture of README.md: sh examples/report_screenshot.sh BUILD, with Chromium.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1/examples/report" "$folder" 3
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$folder/profile" \
  --window-size=1280,820 --screenshot="$here/report.png" "file://$folder/resnet8.html"
