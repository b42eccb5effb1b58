#!/bin/sh
# Publishes the Windows checks of the Files room as a self-contained program and runs them under Wine
# (Debian: apt-get install wine wine64). The last line is "N passed, N failed".
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)

wine=
for candidate in wine64 wine /usr/lib/wine/wine64; do
    if command -v "$candidate" >/dev/null 2>&1; then
        wine=$candidate
        break
    fi
done
if [ -z "$wine" ]; then
    echo "Wine is missing: install the packages wine and wine64." >&2
    exit 3
fi

work=$(mktemp -d)
trap 'WINEPREFIX="$work/prefix" wineserver -k 2>/dev/null || true; rm -rf "$work"' EXIT
export WINEPREFIX="$work/prefix" WINEDEBUG=-all

dotnet publish "$here/PSPeerShare.Files.WindowsTests" --runtime win-x64 --self-contained true \
    --artifacts-path "$work/artifacts" --output "$work/publish" --verbosity quiet --nologo

timeout 300 "$wine" "$work/publish/PSPeerShare.Files.WindowsTests.exe"
