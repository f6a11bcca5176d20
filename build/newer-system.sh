#!/usr/bin/env bash
# Runs a command in a folder with Debian 13, for what needs a newer C++ library than this machine has (libtorch: GLIBCXX_3.4.32).
# The folder is made once, in /var/cache/cim-sdk (270 MB, half a minute to some minutes); this repository, .NET, the home folder, temporary
# files and NuGet's packages are where they are here. Where the machine's own library is new enough, the command runs as it is.
#   build/newer-system.sh dotnet test tests/Cim.Training.Torch.Tests --no-build
# Ends with 77, and one line that says why, where that is not possible.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
needs=GLIBCXX_3.4.32
folder=${CIM_NEWER_SYSTEM:-/var/cache/cim-sdk/debian13}

cannot() { echo "newer-system.sh: skipped: $*"; exit 77; }

[ "$(uname -sm)" = "Linux x86_64" ] || cannot "libtorch is restored for Linux on x64 alone"
library=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2> /dev/null \
    | sed -nE 's/.*libstdc\+\+\.so\.6 .*x86-64.* => (.*)/\1/p' | head -n 1) || true
if [ -n "$library" ] && grep -q "$needs" "$library"; then exec "$@"; fi

[ "$(id -u)" = 0 ] || cannot "the C++ library here is older than $needs, and a newer system needs root"
command -v apt-get > /dev/null || cannot "the C++ library here is older than $needs, and this is no Debian"
unshare --mount --propagation private true 2> /dev/null || cannot "the C++ library here is older than $needs, and mounts are not allowed"
mkdir -p "$(dirname "$folder")"
exec 9> "$folder.lock"
flock 9
if [ ! -e "$folder/.complete" ]; then
    command -v debootstrap > /dev/null \
        || { apt-get update -qq && apt-get install -y -qq --no-install-recommends debootstrap; } > /dev/null 2>&1 \
        || cannot "debootstrap could not be installed"
    rm -rf "$folder"
    debootstrap --variant=minbase --include=libicu76,libssl3t64,ca-certificates,libstdc++6 trixie "$folder" > "$folder.log" 2>&1 \
        || cannot "debootstrap could not make Debian 13 ($(tail -n 1 "$folder.log"))"
    rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/*
    touch "$folder/.complete"
fi
exec 9>&-

dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
shown=("$repository" "$dotnet" "${HOME:-/root}" "${TMPDIR:-/tmp}" "${NUGET_PACKAGES:-${HOME:-/root}/.nuget/packages}")
[ ! -d "$repository/../shared" ] || shown+=("$(readlink -f "$repository/../shared")")
# The mounts are this command's alone and end with it.
export CIM_FOLDER=$folder CIM_SHOWN="$(printf '%s\n' "${shown[@]}")" CIM_DIRECTORY=$PWD PATH="$dotnet:$PATH"
exec unshare --mount --propagation private bash -euc '
    while IFS= read -r path; do
        mkdir -p "$CIM_FOLDER$path"
        mount --rbind "$path" "$CIM_FOLDER$path"
    done <<< "/proc
/sys
/dev
$CIM_SHOWN"
    exec chroot "$CIM_FOLDER" /bin/bash -c '\''cd "$CIM_DIRECTORY" && exec "$@"'\'' - "$@"' - "$@"
